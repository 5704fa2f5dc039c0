// Foundry's cast: what people type, in the order in which they would.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
    ARB_WASM, CREDENTIAL, MAX_SUPPLY, NAME, RATE, SYMBOL, TOKEN, cloneCreation, creator, done, fixture, holds, receiver,
    relayer, same, withMargin,
} from "./lib/journey.mjs";

const program = fileURLToPath(new URL("node_modules/.bin/cast", import.meta.url));
// What a user has set for Foundry elsewhere is none of this run's business.
const own = Object.entries(process.env).filter(([name]) => !/^(FOUNDRY|ETH|CAST|DAPP|CHAIN)(_|$)/.test(name));
const options = {
    encoding: "utf8",
    env: { ...Object.fromEntries(own), ETH_RPC_URL: fixture.rpc, NO_COLOR: "1", FOUNDRY_DISABLE_NIGHTLY_WARNING: "1" },
    maxBuffer: 64 * 1024 * 1024,
    timeout: 60_000,
};

/** What `cast ARGS` prints and says. npm's wrapper around it ends with 0 whatever happens, so its word is all there is. */
function run(...args) {
    const { error, stdout, stderr } = spawnSync(program, args.map(String), options);
    if (error) {
        throw error;
    }
    return { stdout: stdout.trim(), stderr: stderr.trim(), failed: /^error:/im.test(stderr) };
}
/** What `cast ARGS` prints; a failure ends the script with what it said. */
function cast(...args) {
    const { stdout, stderr, failed } = run(...args);
    if (failed) {
        throw new Error(`cast ${args.join(" ").slice(0, 200)}: ${stderr}`);
    }
    return stdout;
}
/** The same as JSON. */
const json = (...args) => JSON.parse(cast(...args, "--json"));
/** What `cast ARGS` says when it has to fail. */
function refusal(...args) {
    const { stdout, stderr, failed } = run(...args);
    return failed ? stderr : `no error, but ${stdout}`;
}
const send = (account, ...args) => json("send", "--private-key", account.privateKey, ...args);
/** The first word of an answer: cast adds `[1e18]` to large numbers. */
const number = (text) => BigInt(text.split(" ")[0]);

const [version] = cast("--version").match(/\d+\.\d+\.\d+/);
const me = creator.address;
same("chain-id", cast("chain-id"), String(fixture.chainId));
same("rpc", cast("rpc", "eth_chainId"), `"0x${fixture.chainId.toString(16)}"`);
holds("balance", number(cast("balance", me)) >= 10n * TOKEN);
same("nonce", cast("nonce", receiver.address), "0");
holds("client", cast("client").length > 0);
holds("gas-price", number(cast("gas-price")) > 0n);

// Ether, in a transaction that no program has part in.
const gift = send(creator, receiver.address, "--value", "1ether");
same("send: ether", [gift.status, gift.to.toLowerCase()], ["0x1", receiver.address.toLowerCase()]);
same("receipt", json("receipt", gift.transactionHash).blockHash, gift.blockHash);
same("tx", json("tx", gift.transactionHash).hash, gift.transactionHash);
same("block", json("block", Number(gift.blockNumber)).hash, gift.blockHash);

// The program.
const deployed = send(creator, "--create", fixture.program.creation);
same("send --create", deployed.status, "0x1");
const wasm = deployed.contractAddress;
same("codehash", cast("codehash", wasm), fixture.program.codeHash);
same("code", cast("keccak", cast("code", wasm)), fixture.program.codeHash);
const activation = [ARB_WASM, "activateProgram(address)(uint16,uint256)", wasm];
const wanting = refusal("call", "--from", me, ...activation);
const [, error] = wanting.match(/data: "(0x[0-9a-f]+)"/) ?? [];
holds("call: an error carries its data", error);
const words = cast("decode-error", "--sig", "ProgramInsufficientValue(uint256,uint256)", error).split("\n");
const [have, want] = words.map(number);
same("call: the fee that is missing", have, 0n);
const activated = send(creator, ...activation.slice(0, 2), wasm, "--value", withMargin(want));
same("send: activation", [activated.status, activated.logs.length], ["0x1", 1]);

// A clone of it, the token: EVM code that delegates to wasm.
const created = send(creator, "--create", cloneCreation(wasm, me, me));
const token = created.contractAddress;
const initialize = [token, "initialize(address,string,string,uint256,uint256)", me, NAME, SYMBOL, RATE, MAX_SUPPLY];
same("send: initialize", send(creator, ...initialize).status, "0x1");
same("call: text", JSON.parse(cast("call", token, "name()(string)")), NAME);
same("call: bytes32", cast("call", token, "getCredentialId()(bytes32)"), CREDENTIAL);
const minted = send(creator, token, "mint(address,uint256)", me, 1_000n * TOKEN);
same("send: mint", [minted.status, minted.logs.length], ["0x1", 2]);
const transfer = [token, "transfer(address,uint256)", receiver.address, 250n * TOKEN];
const estimate = number(cast("estimate", "--from", me, ...transfer));
const sent = send(creator, ...transfer);
holds("estimate is enough", BigInt(sent.gasUsed) <= estimate && BigInt(sent.gasUsed) > 21_000n);
const balanceOf = [token, "balanceOf(address)(uint256)", receiver.address];
same("call: balance", number(cast("call", ...balanceOf)), 250n * TOKEN);
const before = Number(sent.blockNumber) - 1;
same("call --block", number(cast("call", "--block", before, ...balanceOf)), 0n);
const topics = ["Transfer(address indexed from,address indexed to,uint256 value)", me, receiver.address];
const logs = json("logs", "--from-block", 0, "--address", token, ...topics);
same("logs", logs.map((log) => [log.transactionHash, BigInt(log.data)]), [[sent.transactionHash, 250n * TOKEN]]);
const refused = refusal("call", "--from", relayer.address, ...transfer);
const selector = cast("sig", "ERC20InsufficientBalance(address,uint256,uint256)");
holds("call: a program's error has its selector", refused.includes(selector));

// What lies in storage is what the node says it is: any slot, and the proof of all of them.
const slot = cast("storage", token, 0);
same("storage", BigInt(slot), BigInt(JSON.parse(cast("rpc", "eth_getStorageAt", token, "0x0", "latest"))));
same("proof", BigInt(json("proof", token, "0x0").storageProof[0].value), BigInt(slot));

// Run again in cast's own EVM, which knows no wasm: the two transactions in which there is only EVM code.
for (const [what, hash] of [["ether", gift.transactionHash], ["a clone's creation", created.transactionHash]]) {
    holds(`run: ${what}`, /successfully executed/i.test(cast("run", "--quick", hash)));
}
const trace = JSON.parse(cast("rpc", "debug_traceTransaction", sent.transactionHash, '{"tracer":"callTracer"}'));
same("rpc: trace of a clone and its program", trace.calls.map((call) => call.type), ["DELEGATECALL"]);

done(version);
