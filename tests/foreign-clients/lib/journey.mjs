// What the scripts for Node.js share: the chain and the program that `cargo xtask foreign` hands over, and checks that
// are counted and named, so that a run which checked nothing can't pass for a good one.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { inspect } from "node:util";

/** The node's addresses and accounts, the token's program, its ABI and the code of clones. */
export const fixture = JSON.parse(readFileSync(process.argv[2], "utf8"));
/** Creates the token and has it minted to; then who receives, and who brings other people's signatures. */
export const [creator, receiver, relayer] = fixture.accounts;
/** What the token is about. */
export const CREDENTIAL = `0x${"c1".repeat(32)}`;
export const NAME = "Ada Lovelace, Masters";
export const SYMBOL = "ADA";
/** Base units of a whole token. */
export const TOKEN = 10n ** 18n;
/** Base units that can ever be minted. */
export const MAX_SUPPLY = 1_000_000n * TOKEN;
/** Base units that accrue a day. */
export const RATE = 100n * TOKEN;
/** The precompile that activates programs, and what of it is used here. */
export const ARB_WASM = "0x0000000000000000000000000000000000000071";
export const ARB_WASM_ABI = [
    "function activateProgram(address program) payable returns (uint16 version, uint256 dataFee)",
    "function programVersion(address program) view returns (uint16)",
    "function stylusVersion() view returns (uint16)",
    "event ProgramActivated(bytes32 indexed codehash, bytes32 moduleHash, address program, uint256 dataFee, uint16 version)",
    "error ProgramNotActivated()",
    "error ProgramInsufficientValue(uint256 have, uint256 want)",
];

const checks = [];

/** Compares, and counts the comparison under its name. */
export function same(what, actual, expected) {
    assert.deepEqual(actual, expected, `${what}: ${inspect(actual)} instead of ${inspect(expected)}`);
    checks.push(what);
    console.error(`  ${what}`);
}

/** Holds a condition, and counts it under its name. */
export function holds(what, condition) {
    same(what, Boolean(condition), true);
}

/** Waits for `promise`, but not for ever: an event that never comes has to be a failure. */
export function within(what, promise, milliseconds = 10_000) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`${what}: nothing in ${milliseconds} ms`)), milliseconds);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The code that creates a clone of `program`, the token that `factory` may initialise and `minter` mint. */
export function cloneCreation(program, factory, minter) {
    const bare = (text) => text.replace(/^0x/, "").toLowerCase();
    const parts = [fixture.clone.prefix, program, fixture.clone.suffix, factory, minter, CREDENTIAL].map(bare);
    const runtime = parts.join("");
    const length = (runtime.length / 2).toString(16).padStart(2, "0");
    // codecopy(0, 10, LENGTH), return(0, LENGTH)
    return `0x3d60${length}80600a3d3981f3${runtime}`;
}

/** What to send with an activation that wants `fee`: the fee may rise until then, and the rest comes back. */
export function withMargin(fee) {
    return (fee * 12n) / 10n;
}

/** The typed data of an ERC-2612 permit, as every client signs it. */
export function permitData(token, owner, spender, value, nonce, deadline) {
    return {
        domain: { name: NAME, version: "1", chainId: fixture.chainId, verifyingContract: token },
        types: {
            Permit: [
                { name: "owner", type: "address" },
                { name: "spender", type: "address" },
                { name: "value", type: "uint256" },
                { name: "nonce", type: "uint256" },
                { name: "deadline", type: "uint256" },
            ],
        },
        message: { owner, spender, value, nonce, deadline },
    };
}

/** Tells `cargo xtask foreign` which version ran and what it checked; call it last. */
export function done(version) {
    console.log(JSON.stringify({ version, checks }));
}
