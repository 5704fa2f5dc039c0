//! The precompiles' interfaces: what Nitro answers to, selector by selector (§9.3 – §9.7).
//!
//! Mutability is not taken from here but from the method tables, where it decides how a call may reach a method.

#![expect(clippy::too_many_arguments, reason = "the macro turns the fields of an event into arguments")]

use alloy_sol_types::sol;

sol! {
    /// Stylus programs: `0x71`.
    interface ArbWasm {
        event ProgramActivated(
            bytes32 indexed codehash,
            bytes32 moduleHash,
            address program,
            uint256 dataFee,
            uint16 version
        );
        event ProgramLifetimeExtended(bytes32 indexed codehash, uint256 dataFee);

        error ProgramNotWasm();
        error ProgramNotActivated();
        error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
        error ProgramExpired(uint64 ageInSeconds);
        error ProgramUpToDate();
        error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
        error ProgramInsufficientValue(uint256 have, uint256 want);

        function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
        function codehashKeepalive(bytes32 codehash) external payable;
        function stylusVersion() external view returns (uint16);
        function inkPrice() external view returns (uint32);
        function maxStackDepth() external view returns (uint32);
        function freePages() external view returns (uint16);
        function pageGas() external view returns (uint16);
        function pageRamp() external view returns (uint64);
        function pageLimit() external view returns (uint16);
        function minInitGas() external view returns (uint64 gas, uint64 cached);
        function initCostScalar() external view returns (uint64 percent);
        function expiryDays() external view returns (uint16);
        function keepaliveDays() external view returns (uint16);
        function blockCacheSize() external view returns (uint16);
        function activationGas() external view returns (uint64);
        function codehashVersion(bytes32 codehash) external view returns (uint16);
        function codehashAsmSize(bytes32 codehash) external view returns (uint32);
        function programVersion(address program) external view returns (uint16);
        function programInitGas(address program) external view returns (uint64 gas, uint64 gasWhenCached);
        function programMemoryFootprint(address program) external view returns (uint16);
        function programTimeLeft(address program) external view returns (uint64);
    }

    /// The cache flag of programs: `0x72`.
    interface ArbWasmCache {
        event UpdateProgramCache(address indexed manager, bytes32 indexed codehash, bool cached);

        function isCacheManager(address manager) external view returns (bool);
        function allCacheManagers() external view returns (address[]);
        function cacheProgram(address program) external;
        function evictCodehash(bytes32 codehash) external;
        function codehashIsCached(bytes32 codehash) external view returns (bool);
    }

    /// The chain owners' controls: `0x70`.
    interface ArbOwner {
        event OwnerActs(bytes4 indexed method, address indexed owner, bytes data);
        event ChainOwnerAdded(address indexed owner);
        event ChainOwnerRemoved(address indexed owner);

        function addChainOwner(address owner) external;
        function removeChainOwner(address owner) external;
        function isChainOwner(address account) external view returns (bool);
        function getAllChainOwners() external view returns (address[]);
        function setL1PricePerUnit(uint256 wei_) external;
        function setL2BaseFee(uint256 wei_) external;
        function setMinimumL2BaseFee(uint256 wei_) external;
        function setSpeedLimit(uint64 gasPerSecond) external;
        function setMaxTxGasLimit(uint64 gas) external;
        function setMaxBlockGasLimit(uint64 gas) external;
        function setL2GasPricingInertia(uint64 seconds_) external;
        function setL2GasBacklogTolerance(uint64 seconds_) external;
        function getNetworkFeeAccount() external view returns (address);
        function getInfraFeeAccount() external view returns (address);
        function setNetworkFeeAccount(address account) external;
        function setInfraFeeAccount(address account) external;
        function scheduleArbOSUpgrade(uint64 version, uint64 timestamp) external;
        function setL1PricingEquilibrationUnits(uint256 units) external;
        function setL1PricingInertia(uint64 inertia) external;
        function setL1PricingRewardRecipient(address recipient) external;
        function setL1PricingRewardRate(uint64 weiPerUnit) external;
        function setPerBatchGasCharge(int64 gas) external;
        function setAmortizedCostCapBips(uint64 cap) external;
        function setBrotliCompressionLevel(uint64 level) external;
        function setInkPrice(uint32 price) external;
        function setWasmMaxStackDepth(uint32 words) external;
        function setWasmFreePages(uint16 pages) external;
        function setWasmPageGas(uint16 gas) external;
        function setWasmPageLimit(uint16 pages) external;
        function setWasmMinInitGas(uint8 gas, uint16 cached) external;
        function setWasmInitCostScalar(uint64 percent) external;
        function setWasmExpiryDays(uint16 days_) external;
        function setWasmKeepaliveDays(uint16 days_) external;
        function setWasmBlockCacheSize(uint16 count) external;
        function setWasmMaxSize(uint32 bytes_) external;
        function addWasmCacheManager(address manager) external;
        function removeWasmCacheManager(address manager) external;
        function setMaxStylusContractFragments(uint8 count) external;
        function setWasmActivationGas(uint64 gas) external;
        function setCollectTips(bool collect) external;
        function setCalldataPriceIncrease(bool enable) external;
    }

    /// What anybody may know about owners: `0x6b`.
    interface ArbOwnerPublic {
        function isChainOwner(address account) external view returns (bool);
        function getAllChainOwners() external view returns (address[]);
        function getNetworkFeeAccount() external view returns (address);
        function getInfraFeeAccount() external view returns (address);
        function getBrotliCompressionLevel() external view returns (uint64);
        function getScheduledUpgrade() external view returns (uint64 version, uint64 timestamp);
        function getMaxStylusContractFragments() external view returns (uint8);
        function getCollectTips() external view returns (bool);
        function isCalldataPriceIncreaseEnabled() external view returns (bool);
        function isNativeTokenOwner(address account) external view returns (bool);
        function getAllNativeTokenOwners() external view returns (address[]);
    }

    /// Tools of debug chains: `0xff`.
    interface ArbDebug {
        event Basic(bool flag, bytes32 indexed value);
        event Mixed(bool indexed flag, bool not, bytes32 indexed value, address conn, address indexed caller);

        error Custom(uint64 number, string text, bool flag);

        function becomeChainOwner() external;
        function overwriteContractCode(address account, bytes code) external returns (bytes);
        function events(bool flag, bytes32 value) external payable returns (address caller, uint256 paid);
        function eventsView() external view;
        function customRevert(uint64 number) external pure;
        function legacyError() external pure;
    }

    /// The chain itself: `0x64`.
    interface ArbSys {
        event L2ToL1Tx(
            address caller,
            address indexed destination,
            uint256 indexed hash,
            uint256 indexed position,
            uint256 arbBlockNum,
            uint256 ethBlockNum,
            uint256 timestamp,
            uint256 callvalue,
            bytes data
        );
        event SendMerkleUpdate(uint256 indexed reserved, bytes32 indexed hash, uint256 indexed position);

        error InvalidBlockNumber(uint256 requested, uint256 current);

        function arbBlockNumber() external view returns (uint256);
        function arbBlockHash(uint256 number) external view returns (bytes32);
        function arbChainID() external view returns (uint256);
        function arbOSVersion() external view returns (uint256);
        function isTopLevelCall() external view returns (bool);
        function getStorageGasAvailable() external view returns (uint256);
        function wasMyCallersAddressAliased() external view returns (bool);
        function myCallersAddressWithoutAliasing() external view returns (address);
        function mapL1SenderContractAddressToL2Alias(address sender, address unused) external pure
            returns (address);
        function withdrawEth(address destination) external payable returns (uint256);
        function sendTxToL1(address destination, bytes data) external payable returns (uint256);
    }

    /// Prices and limits: `0x6c`.
    interface ArbGasInfo {
        function getPricesInWei() external view returns (uint256, uint256, uint256, uint256, uint256, uint256);
        function getPricesInWeiWithAggregator(address aggregator) external view
            returns (uint256, uint256, uint256, uint256, uint256, uint256);
        function getPricesInArbGas() external view returns (uint256, uint256, uint256);
        function getPricesInArbGasWithAggregator(address aggregator) external view returns (uint256, uint256, uint256);
        function getGasAccountingParams() external view returns (uint256, uint256, uint256);
        function getMinimumGasPrice() external view returns (uint256);
        function getL1BaseFeeEstimate() external view returns (uint256);
        function getL1GasPriceEstimate() external view returns (uint256);
        function getCurrentTxL1GasFees() external view returns (uint256);
        function getGasBacklog() external view returns (uint64);
        function getPricingInertia() external view returns (uint64);
        function getGasBacklogTolerance() external view returns (uint64);
        function getMaxTxGasLimit() external view returns (uint256);
        function getMaxBlockGasLimit() external view returns (uint64);
        function getL1PricingSurplus() external view returns (int256);
        function getPerBatchGasCharge() external view returns (int64);
        function getAmortizedCostCapBips() external view returns (uint64);
        function getL1RewardRate() external view returns (uint64);
        function getL1RewardRecipient() external view returns (address);
        function getL1PricingEquilibrationUnits() external view returns (uint256);
        function getLastL1PricingUpdateTime() external view returns (uint64);
        function getL1PricingFundsDueForRewards() external view returns (uint256);
        function getL1PricingUnitsSinceUpdate() external view returns (uint64);
        function getLastL1PricingSurplus() external view returns (int256);
    }

    /// Accounts: `0x65`.
    interface ArbInfo {
        function getBalance(address account) external view returns (uint256);
        function getCode(address account) external view returns (bytes);
    }

    /// Gas to burn: `0x69`.
    interface ArbosTest {
        function burnArbGas(uint256 gas) external pure;
    }

    /// Counters of the chain before Nitro: `0x6f`.
    interface ArbStatistics {
        function getStats() external view returns (uint256, uint256, uint256, uint256, uint256, uint256);
    }

    /// Short names of addresses: `0x66`.
    interface ArbAddressTable {
        function addressExists(address account) external view returns (bool);
        function compress(address account) external returns (bytes);
        function decompress(bytes data, uint256 offset) external view returns (address account, uint256 taken);
        function lookup(address account) external view returns (uint256);
        function lookupIndex(uint256 index) external view returns (address);
        function register(address account) external returns (uint256);
        function size() external view returns (uint256);
    }

    /// An empty table: `0x68`.
    interface ArbFunctionTable {
        function upload(bytes data) external;
        function size(address account) external view returns (uint256);
        function get(address account, uint256 index) external view returns (uint256, bool, uint256);
    }

    /// Batch posters, the reading half: `0x6d`.
    interface ArbAggregator {
        function getPreferredAggregator(address account) external view returns (address, bool);
        function getDefaultAggregator() external view returns (address);
        function getBatchPosters() external view returns (address[]);
        function getFeeCollector(address batchPoster) external view returns (address);
        function getTxBaseFee(address aggregator) external view returns (uint256);
    }

    /// Tickets of transactions from the parent chain: `0x6e`.
    interface ArbRetryableTx {
        error NoTicketWithID();
        error NotCallable();

        function redeem(bytes32 ticketId) external returns (bytes32);
        function getLifetime() external view returns (uint256);
        function getTimeout(bytes32 ticketId) external view returns (uint256);
        function keepalive(bytes32 ticketId) external returns (uint256);
        function getBeneficiary(bytes32 ticketId) external view returns (address);
        function cancel(bytes32 ticketId) external;
        function getCurrentRedeemer() external view returns (address);
        function submitRetryable(
            bytes32 requestId,
            uint256 l1BaseFee,
            uint256 deposit,
            uint256 callvalue,
            uint256 gasFeeCap,
            uint64 gasLimit,
            uint256 maxSubmissionFee,
            address feeRefundAddress,
            address beneficiary,
            address retryTo,
            bytes retryData
        ) external;
    }

    /// Ether out of nothing: `0x73`.
    interface ArbNativeTokenManager {
        function mintNativeToken(uint256 amount) external;
        function burnNativeToken(uint256 amount) external;
    }

    /// Transactions that may not be included: `0x74`.
    interface ArbFilteredTransactionsManager {
        function addFilteredTransaction(bytes32 txHash) external;
        function deleteFilteredTransaction(bytes32 txHash) external;
        function isTransactionFiltered(bytes32 txHash) external view returns (bool);
    }
}
