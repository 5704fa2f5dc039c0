// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

interface ArbWasm {
    function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
    function codehashVersion(bytes32 codehash) external view returns (uint16 version);
    function stylusVersion() external view returns (uint16 version);
}

/// Deploys, activates and constructs a program in one transaction, as `cargo stylus deploy` asks it to.
///
/// Written for this node after the interface and the behaviour of the contract that stands at the same address on
/// Arbitrum's chains. Holds nothing and trusts nobody: what a deployment doesn't use goes back to its caller.
contract StylusDeployer {
    ArbWasm private constant ARB_WASM = ArbWasm(address(0x71));

    event ContractDeployed(address deployedContract);

    error EmptyBytecode();
    error InitValueButNotInitData();
    error ContractDeploymentError(bytes bytecode);
    error ContractInitializationError(address newContract, bytes data);
    error RefundExcessValueError(uint256 excessValue);

    /// Deploys `bytecode` (init code), activates the program if its code isn't active, and calls it with `initData` and
    /// `initValue` wei unless `initData` is empty. A `salt` other than zero chooses CREATE2. What is left of the value
    /// pays the data fee of the activation; the rest is handed back.
    function deploy(bytes calldata bytecode, bytes calldata initData, uint256 initValue, bytes32 salt)
        external
        payable
        returns (address program)
    {
        if (bytecode.length == 0) revert EmptyBytecode();
        if (initValue != 0 && initData.length == 0) revert InitValueButNotInitData();

        program = create(bytecode, salt == 0 ? salt : initSalt(salt, initData));
        uint256 left = msg.value - initValue;
        if (requiresActivation(program)) {
            (, uint256 dataFee) = ARB_WASM.activateProgram{value: left}(program);
            left -= dataFee;
        }
        if (initData.length != 0) {
            (bool constructed, bytes memory reason) = program.call{value: initValue}(initData);
            if (!constructed) revert ContractInitializationError(program, reason);
        }
        if (left != 0) {
            (bool refunded,) = msg.sender.call{value: left}("");
            if (!refunded) revert RefundExcessValueError(left);
        }
        emit ContractDeployed(program);
    }

    /// Whether the code of a program isn't active, or only for another version of Stylus.
    function requiresActivation(address program) public view returns (bool) {
        try ARB_WASM.codehashVersion(program.codehash) returns (uint16 version) {
            return version != ARB_WASM.stylusVersion();
        } catch {
            return true;
        }
    }

    /// The salt that CREATE2 gets: it commits to the constructor's arguments, so that nobody can take an address with
    /// others.
    function initSalt(bytes32 salt, bytes calldata initData) public pure returns (bytes32) {
        return keccak256(abi.encodePacked(salt, initData));
    }

    function create(bytes memory bytecode, bytes32 salt) private returns (address created) {
        assembly {
            switch salt
            case 0 { created := create(0, add(bytecode, 32), mload(bytecode)) }
            default { created := create2(0, add(bytecode, 32), mload(bytecode), salt) }
        }
        if (created == address(0)) revert ContractDeploymentError(bytecode);
    }
}
