// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

interface ArbWasm {
    function codehashAsmSize(bytes32 codehash) external view returns (uint32 size);
}

interface ArbWasmCache {
    function cacheProgram(address program) external;
    function evictCodehash(bytes32 codehash) external;
    function codehashIsCached(bytes32 codehash) external view returns (bool);
}

interface ArbOwnerPublic {
    function isChainOwner(address account) external view returns (bool);
    function getNetworkFeeAccount() external view returns (address);
}

/// Auctions the cache of programs: whoever bids most per program stays in it.
///
/// Written for this node after the interface and the behaviour of the contract that Arbitrum's chains use. A bid is worth
/// its wei plus `decay` wei for every second up to its time, so older bids lose against newer ones of the same value.
/// Bids are kept in no order: making room looks at all of them, which suits the few programs of a development chain.
///
/// Slot 0 holds `cacheSize`, `queueSize`, `decay`, `isPaused` and `isInitialized`, from the lowest bits up; the node
/// writes it at genesis in place of `initialize`.
contract CacheManager {
    ArbOwnerPublic private constant ARB_OWNER_PUBLIC = ArbOwnerPublic(address(0x6b));
    ArbWasm private constant ARB_WASM = ArbWasm(address(0x71));
    ArbWasmCache private constant ARB_WASM_CACHE = ArbWasmCache(address(0x72));

    /// What the smallest program counts for, bytes.
    uint64 private constant MIN_CODESIZE = 4096;

    struct Entry {
        bytes32 code;
        uint64 size;
        uint192 bid;
    }

    /// Bytes of machine code that fit.
    uint64 public cacheSize;
    /// Bytes of machine code that are in.
    uint64 public queueSize;
    /// Wei that a bid gains on all earlier ones per second.
    uint64 public decay;
    /// No bids are taken.
    bool public isPaused;
    bool private isInitialized;

    Entry[] private entries;

    event InsertBid(bytes32 indexed codehash, address program, uint192 bid, uint64 size);
    event DeleteBid(bytes32 indexed codehash, uint192 bid, uint64 size);
    event SetCacheSize(uint64 size);
    event SetDecayRate(uint64 decay);
    event Pause(bool paused);

    error NotChainOwner(address sender);
    error AlreadyInitialized();
    error AsmTooLarge(uint256 asm, uint256 queueSize, uint256 cacheSize);
    error AlreadyCached(bytes32 codehash);
    error BidTooSmall(uint192 bid, uint192 min);
    error BidsArePaused();

    modifier onlyOwner() {
        if (!ARB_OWNER_PUBLIC.isChainOwner(msg.sender)) revert NotChainOwner(msg.sender);
        _;
    }

    /// For copies of this contract; the node's own is initialised at genesis.
    function initialize(uint64 initCacheSize, uint64 initDecay) external {
        if (isInitialized) revert AlreadyInitialized();
        (isInitialized, cacheSize, decay) = (true, initCacheSize, initDecay);
    }

    /// Puts a program into the cache, in place of the smallest bids if there is no room.
    function placeBid(address program) external payable {
        if (isPaused) revert BidsArePaused();
        bytes32 code = program.codehash;
        if (ARB_WASM_CACHE.codehashIsCached(code)) revert AlreadyCached(code);
        uint64 size = asmSize(code);
        if (size > cacheSize) revert AsmTooLarge(size, queueSize, cacheSize);

        // No one has 2^191 wei, and 64-bit seconds at 64-bit rates don't come near that either.
        uint192 bid = uint192(msg.value + block.timestamp * decay);
        while (uint256(queueSize) + size > cacheSize) {
            uint256 weakest = smallest();
            uint192 min = entries[weakest].bid;
            if (bid < min) revert BidTooSmall(bid, min);
            evict(weakest);
        }
        entries.push(Entry(code, size, bid));
        queueSize += size;
        ARB_WASM_CACHE.cacheProgram(program);
        emit InsertBid(code, program, bid, size);
    }

    /// The least value that a bid for a program needs now, wei.
    function getMinBid(address program) external view returns (uint192) {
        return getMinBid(program.codehash);
    }

    /// The least value that a bid for a program with this code hash needs now, wei.
    function getMinBid(bytes32 codehash) public view returns (uint192) {
        return getMinBid(asmSize(codehash));
    }

    /// The least value that a bid for so many bytes of machine code needs now, wei.
    function getMinBid(uint64 size) public view returns (uint192) {
        if (size > cacheSize) revert AsmTooLarge(size, queueSize, cacheSize);
        uint256 occupied = queueSize;
        if (occupied + size <= cacheSize) return 0;
        Entry[] memory rest = entries;
        uint192 last = 0;
        for (uint256 done = 0; occupied + size > cacheSize; done++) {
            uint256 weakest = done;
            for (uint256 i = done + 1; i < rest.length; i++) {
                if (rest[i].bid < rest[weakest].bid) weakest = i;
            }
            Entry memory next = rest[weakest];
            (rest[weakest], rest[done]) = (rest[done], next);
            last = next.bid;
            occupied -= next.size;
        }
        uint256 credit = block.timestamp * decay;
        return last > credit ? uint192(last - credit) : 0;
    }

    /// All programs in the cache that this contract put there.
    function getEntries() external view returns (Entry[] memory) {
        return entries;
    }

    function setCacheSize(uint64 newSize) external onlyOwner {
        cacheSize = newSize;
        emit SetCacheSize(newSize);
    }

    function setDecayRate(uint64 newDecay) external onlyOwner {
        decay = newDecay;
        emit SetDecayRate(newDecay);
    }

    function setPaused(bool paused) external onlyOwner {
        isPaused = paused;
        emit Pause(paused);
    }

    /// Evicts the `count` programs with the smallest bids.
    function evictPrograms(uint256 count) public onlyOwner {
        for (; count > 0 && entries.length > 0; count--) {
            evict(smallest());
        }
    }

    /// Evicts all programs and takes no more bids.
    function evictAll() external onlyOwner {
        isPaused = true;
        emit Pause(true);
        while (entries.length > 0) {
            evict(entries.length - 1);
        }
    }

    /// Moves what was bid to the network fee account.
    function sweepFunds() external {
        (bool swept, bytes memory reason) =
            ARB_OWNER_PUBLIC.getNetworkFeeAccount().call{value: address(this).balance}("");
        if (!swept) {
            assembly {
                revert(add(reason, 32), mload(reason))
            }
        }
    }

    function smallest() private view returns (uint256 index) {
        for (uint256 i = 1; i < entries.length; i++) {
            if (entries[i].bid < entries[index].bid) index = i;
        }
    }

    function evict(uint256 index) private {
        Entry memory evicted = entries[index];
        entries[index] = entries[entries.length - 1];
        entries.pop();
        queueSize -= evicted.size;
        ARB_WASM_CACHE.evictCodehash(evicted.code);
        emit DeleteBid(evicted.code, evicted.bid, evicted.size);
    }

    function asmSize(bytes32 codehash) private view returns (uint64) {
        uint64 size = ARB_WASM.codehashAsmSize(codehash);
        return size < MIN_CODESIZE ? MIN_CODESIZE : size;
    }
}
