//! What the crate makes of the contracts that are used here.

use ethers::contract::abigen;

abigen!(
    ArbWasm,
    r"[
        function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee)
        function programVersion(address program) external view returns (uint16)
        function stylusVersion() external view returns (uint16)
        event ProgramActivated(bytes32 indexed codehash, bytes32 moduleHash, address program, uint256 dataFee, uint16 version)
        error ProgramNotActivated()
        error ProgramInsufficientValue(uint256 have, uint256 want)
    ]"
);

abigen!(
    CredentialToken,
    r"[
        function initialize(address creator, string name, string symbol, uint256 emissionRate, uint256 maxSupply) external
        function name() external view returns (string)
        function symbol() external view returns (string)
        function getCredentialId() external view returns (bytes32)
        function balanceOf(address account) external view returns (uint256)
        function allowance(address owner, address spender) external view returns (uint256)
        function nonces(address owner) external view returns (uint256)
        function mint(address to, uint256 amount) external returns (uint256)
        function transfer(address to, uint256 value) external returns (bool)
        function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external
        event Transfer(address indexed from, address indexed to, uint256 value)
        event TokenMinted(address indexed holder, uint256 amount, bytes32 indexed credentialId, uint256 timestamp)
        error CredentialTokenOnlyFactory(address caller, address expected)
        error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)
    ]"
);
