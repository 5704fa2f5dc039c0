// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// OpenZeppelin's ERC-20 with permit and nothing else; who creates it has all tokens.
contract OpenZeppelinToken is ERC20, ERC20Permit {
    constructor() ERC20("Ada Lovelace", "ADA") ERC20Permit("Ada Lovelace") {
        _mint(msg.sender, 1000 ether);
    }
}
