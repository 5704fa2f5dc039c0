// cargo-stylus: what people type who check, deploy, activate, cache and trace a program.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ARB_WASM, creator, done, fixture, holds, receiver, same } from "../lib/journey.mjs";

const CONTRACTS = fileURLToPath(new URL("../../../contracts/", import.meta.url));
/** A project of the folder beside this script: the one here that has a constructor. */
const CONSTRUCTED = fileURLToPath(new URL("constructed/", import.meta.url));
const ARB_WASM_CACHE = "0x0000000000000000000000000000000000000072";
/** Bytes that a program may have, compressed. */
const CODE_LIMIT = 24_576;
const ETHER = 10n ** 18n;

// ── The tool ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * What `cargo stylus ARGS` prints in a folder, without colours. cargo starts the program like this, too.
 *
 * The first to deploy compiles alloy, and has an hour for it.
 */
function run(cwd, ...args) {
    const options = { cwd, encoding: "utf8", maxBuffer: 64 * 1024 * 1024, timeout: 3_600_000 };
    const { error, status, stdout, stderr } = spawnSync("cargo-stylus", ["stylus", ...args.map(String)], options);
    if (error) {
        throw error;
    }
    const plain = (text) => text.replace(/\x1b\[[0-9;]*m/g, "");
    return { status, stdout: plain(stdout), stderr: plain(stderr) };
}
/** The same; a failure ends the script with what it said. */
function stylus(cwd, ...args) {
    const { status, stdout, stderr } = run(cwd, ...args);
    if (status !== 0) {
        throw new Error(`cargo stylus ${args.join(" ").slice(0, 200)}: exit code ${status}\n${stdout}\n${stderr}`);
    }
    return stdout;
}
/** What it says when it has to fail. */
function refusal(cwd, ...args) {
    const { status, stdout, stderr } = run(cwd, ...args);
    return status === 0 ? `no error, but ${stdout}` : stdout + stderr;
}
/** What a pattern finds in the tool's words. */
function found(text, pattern) {
    const match = text.match(pattern);
    if (!match) {
        throw new Error(`${pattern} isn't in:\n${text}`);
    }
    return match[1];
}

const node = ["--endpoint", fixture.rpc];
const signed = [...node, "--private-key", creator.privateKey];
/** Builds here instead of in the container that makes deployments reproducible. */
const deploy = (cwd, ...args) => {
    const said = stylus(cwd, "deploy", "--no-verify", ...signed, ...args);
    return {
        said,
        address: found(said, /deployed code at address: (0x[0-9a-fA-F]{40})/),
        hash: found(said, /deployment tx hash: (0x[0-9a-f]{64})/),
    };
};

// ── The chain, asked without any library ─────────────────────────────────────────────────────────────────────────────

async function rpc(method, ...params) {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const headers = { "content-type": "application/json" };
    const answer = await (await fetch(fixture.rpc, { method: "POST", headers, body })).json();
    if (answer.error) {
        throw Object.assign(new Error(`${method}: ${answer.error.message}`), { data: answer.error.data });
    }
    return answer.result;
}
const hex = (text) => `0x${Buffer.from(text).toString("hex")}`;
const keccak = (data) => rpc("web3_sha3", data);
const word = (value) => BigInt(value).toString(16).padStart(64, "0");
const encoded = async (signature, args) => (await keccak(hex(signature))).slice(0, 10) + args.map(word).join("");
const call = async (to, signature, ...args) =>
    BigInt(await rpc("eth_call", { to, data: await encoded(signature, args) }, "latest"));
/** The selector of the error that a call reverts with. */
const revert = (...args) => call(...args).then((answer) => answer, (error) => error.data?.slice(0, 10));
/** Has the node sign for its account, and returns the receipt. */
async function send(transaction) {
    const hash = await rpc("eth_sendTransaction", { from: creator.address, ...transaction });
    return rpc("eth_getTransactionReceipt", hash);
}
const codeHash = async (address) => keccak(await rpc("eth_getCode", address, "latest"));
const activated = (address) => call(ARB_WASM, "programVersion(address)", address);

// ── Checks ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const version = found(stylus(CONTRACTS, "--version"), /(\d+\.\d+\.\d+)/);
const latest = await call(ARB_WASM, "stylusVersion()");
const scratch = mkdtempSync(join(tmpdir(), "foreign-cargo-stylus-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const contracts = readdirSync(CONTRACTS).filter((folder) => existsSync(join(CONTRACTS, folder, "Stylus.toml")));
holds("there are contracts", contracts.length >= 3);
for (const contract of contracts) {
    const said = stylus(CONTRACTS, "check", ...node, "--contract", contract);
    const size = Number(found(said, /contract size: [^(]*\((\d+) bytes\)/));
    holds(`check: ${contract} fits`, size > 1_000 && size <= CODE_LIMIT);
    holds(`check: ${contract} can be activated`, Number(found(said, /wasm data fee: ([0-9.]+) ETH/)) > 0);
}
// In a project: that is checked, and the file.
const both = stylus(CONSTRUCTED, "check", ...node, "--wasm-file", fixture.program.wasm);
same("check --wasm-file", both.match(/wasm data fee: [0-9.]+ ETH/g)?.length, 2);
const empty = join(scratch, "empty.wasm");
writeFileSync(empty, Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]));
const unusable = refusal(CONSTRUCTED, "check", ...node, "--wasm-file", empty);
holds("check: an empty module is refused, and why", /program activation failed: .*missing memory/.test(unusable));

// ── Deployments ──────────────────────────────────────────────────────────────────────────────────────────────────────

const token = deploy(CONTRACTS, "--contract", "credential-token");
holds("deploy: code of a program", (await rpc("eth_getCode", token.address, "latest")).startsWith("0xeff00000"));
same("deploy: activated", await activated(token.address), latest);
same("deploy: the contract answers", await call(token.address, "decimals()"), 18n);
const deployment = await rpc("eth_getTransactionReceipt", token.hash);
same("deploy: by its receipt", [deployment.status, BigInt(deployment.contractAddress)], ["0x1", BigInt(token.address)]);
const again = stylus(CONTRACTS, "check", ...node, "--contract", "credential-token");
holds("check: what is active costs no fee", /contract size/.test(again) && !/data fee/.test(again));

const initcode = join(scratch, "initcode");
stylus(CONTRACTS, "get-initcode", "--contract", "credential-token", "--output", initcode);
const created = await send({ data: `0x${readFileSync(initcode, "utf8").trim().replace(/^0x/, "")}` });
same("get-initcode: creates", created.status, "0x1");
same("get-initcode: what is deployed", await codeHash(created.contractAddress), await codeHash(token.address));

const estimate = stylus(CONTRACTS, "deploy", "--no-verify", ...signed, "--contract", "token-factory", "--estimate-gas");
holds("deploy --estimate-gas", BigInt(found(estimate, /deployment tx gas: (\d+)/)) > 1_000_000n);
const factory = deploy(CONTRACTS, "--contract", "token-factory", "--no-activate");
const notActivated = await encoded("ProgramNotActivated()", []);
same("deploy --no-activate", await revert(ARB_WASM, "programVersion(address)", factory.address), notActivated);
const gas = stylus(CONTRACTS, "activate", ...signed, "--address", factory.address, "--estimate-gas");
holds("activate --estimate-gas", BigInt(found(gas, /activation tx gas: (\d+)/)) > 1_000_000n);
same("activate --estimate-gas: only", await revert(ARB_WASM, "programVersion(address)", factory.address), notActivated);
stylus(CONTRACTS, "activate", ...signed, "--address", factory.address);
same("activate", await activated(factory.address), latest);

const file = deploy(CONSTRUCTED, "--wasm-file", fixture.program.wasm);
same("deploy --wasm-file", await call(file.address, "decimals()"), 18n);

// With arguments, by way of the StylusDeployer.
const construct = (...args) => ["--constructor-value", "0.25", "--constructor-args", ...args];
const nobody = refusal(CONSTRUCTED, "deploy", "--no-verify", ...signed, ...construct(`0x${"0".repeat(40)}`, 41));
const noOwner = await encoded("NoOwner()", []);
holds("deploy: a constructor's error stops it", /reverted/.test(nobody) && nobody.includes(noOwner.slice(2)));
const constructed = deploy(CONSTRUCTED, ...construct(receiver.address, 41));
same("deploy with arguments: address", await call(constructed.address, "owner()"), BigInt(receiver.address));
same("deploy with arguments: number", await call(constructed.address, "number()"), 41n);
same("deploy with arguments: ether", BigInt(await rpc("eth_getBalance", constructed.address, "latest")), ETHER / 4n);
same("deploy with arguments: activated", await activated(constructed.address), latest);
const started = await keccak(hex("Started(address,uint256,uint256)"));
const { logs } = await rpc("eth_getTransactionReceipt", constructed.hash);
const event = logs.find((log) => log.topics[0] === started);
same("deploy with arguments: event", [BigInt(event.topics[1]), event.data],
    [BigInt(receiver.address), `0x${word(41)}${word(ETHER / 4n)}`]);

// ── The cache ────────────────────────────────────────────────────────────────────────────────────────────────────────

const cached = async (address) => call(ARB_WASM_CACHE, "codehashIsCached(bytes32)", await codeHash(address));
const status = (address) => stylus(CONTRACTS, "cache", "status", ...node, "--address", address);
const managers = await rpc("eth_call", { to: ARB_WASM_CACHE, data: await encoded("allCacheManagers()", []) }, "latest");
const manager = found(stylus(CONTRACTS, "cache", "status", ...node), /Cache manager address: (0x[0-9a-fA-F]{40})/);
same("cache status: the manager is the chain's", BigInt(manager), BigInt(`0x${managers.slice(-64)}`));
holds("cache status: not yet cached", /is not yet cached/.test(status(token.address)));
same("cache: no flag", await cached(token.address), 0n);
const least = found(stylus(CONTRACTS, "cache", "suggest-bid", ...node, token.address), /: (\d+) wei/);
same("cache suggest-bid", least, "0");
stylus(CONTRACTS, "cache", "bid", ...signed, token.address, least);
same("cache bid: the flag is set", await cached(token.address), 1n);
holds("cache status: cached", /is cached/.test(status(token.address)));
holds("cache bid: refused by name", /already cached/i.test(
    refusal(CONTRACTS, "cache", "bid", ...signed, token.address, 0),
));

// ── Traces ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const incremented = await send({ to: constructed.address, data: await encoded("increment()", []) });
same("the constructed contract counts", await call(constructed.address, "number()"), 42n);
/** The tool's answer: the last line, after what it says about its work. */
const trace = (...args) => JSON.parse(stylus(CONTRACTS, ...args).trim().split("\n").at(-1));
const native = trace("trace", ...node, "--tx", incremented.transactionHash, "--use-native-tracer");
const names = native.map((step) => step.name);
same("trace: first and last", [names[0], names.at(-1)], ["user_entrypoint", "user_returned"]);
holds("trace: storage", ["storage_load_bytes32", "storage_cache_bytes32", "storage_flush_cache"].every(
    (name) => names.includes(name),
));
const load = native.find((step) => step.name === "storage_load_bytes32");
holds("trace: ink is used", load.startInk > load.endInk && load.endInk > 0);
const written = native.find((step) => step.name === "storage_cache_bytes32");
same("trace: what was written", written.args, `0x${word(1)}${word(42)}`);
same("trace: by the tracer in JavaScript", trace("trace", ...node, "--tx", incremented.transactionHash), native);
const request = ["--from", creator.address, "--to", constructed.address, "--data", await encoded("increment()", [])];
const simulated = trace("simulate", ...node, ...request, "--use-native-tracer");
same("simulate", simulated.find((step) => step.name === "storage_cache_bytes32").args, `0x${word(1)}${word(43)}`);

done(version);
