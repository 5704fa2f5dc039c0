// viem: the token's life through typed clients, its test client's control methods, and a websocket.
import { readFileSync } from "node:fs";
import {
    ContractFunctionRevertedError, createPublicClient, createTestClient, createWalletClient, decodeEventLog, defineChain,
    getAddress, http, keccak256, parseAbi, parseEther, parseEventLogs, parseSignature, webSocket,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import {
    ARB_WASM, ARB_WASM_ABI, CREDENTIAL, MAX_SUPPLY, NAME, RATE, SYMBOL, TOKEN, cloneCreation, creator, done, fixture,
    holds, permitData, receiver, relayer, same, within, withMargin,
} from "./lib/journey.mjs";

const chain = defineChain({
    id: fixture.chainId,
    name: "devnode",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [fixture.rpc], webSocket: [fixture.ws] } },
});
// Requests made together travel as one batch.
const transport = http(undefined, { batch: true });
const reader = createPublicClient({ chain, transport, pollingInterval: 50, cacheTime: 0 });
const wallet = (key) => createWalletClient({ chain, transport, account: privateKeyToAccount(key) });
const owner = wallet(creator.privateKey);
const carrier = wallet(relayer.privateKey);
const me = owner.account.address;
const them = carrier.account.address;

const mined = (hash) => reader.waitForTransactionReceipt({ hash, timeout: 10_000 });

/** The custom error that a simulation or estimate reverts with, by viem's own decoding. */
async function refusal(promise) {
    const error = await promise.then(() => null, (reason) => reason);
    const reverted = error?.walk?.((cause) => cause instanceof ContractFunctionRevertedError);
    return reverted?.data ? [reverted.data.errorName, [...(reverted.data.args ?? [])]] : error;
}

same("chain id", await reader.getChainId(), fixture.chainId);
const [balance, number] = await Promise.all([reader.getBalance({ address: me }), reader.getBlockNumber()]);
holds("a batch is answered", balance >= parseEther("10") && number >= 0n);

// The program.
const deployment = await mined(await owner.deployContract({ abi: [], bytecode: fixture.program.creation }));
same("deployment: status", deployment.status, "success");
const program = deployment.contractAddress;
const code = await reader.getCode({ address: program });
same("deployment: code hash", keccak256(code), fixture.program.codeHash);
const wasm = { address: ARB_WASM, abi: parseAbi(ARB_WASM_ABI) };
same(
    "an error without arguments is decoded",
    await refusal(reader.readContract({ ...wasm, functionName: "programVersion", args: [program] })),
    ["ProgramNotActivated", []],
);
const activate = { ...wasm, functionName: "activateProgram", args: [program], account: owner.account };
const [wanting, [have, want]] = await refusal(reader.simulateContract(activate));
same("an error with arguments is decoded", [wanting, have], ["ProgramInsufficientValue", 0n]);
const activation = await mined(await owner.writeContract({ ...activate, value: withMargin(want) }));
const activated = decodeEventLog({ abi: wasm.abi, ...activation.logs[0] });
same("activation: event", [activated.eventName, activated.args.codehash],
    ["ProgramActivated", fixture.program.codeHash]);

// A clone of it: the token.
const bytecode = cloneCreation(program, me, me);
const { contractAddress: address } = await mined(await owner.deployContract({ abi: [], bytecode }));
const token = { address, abi: fixture.abi };
const read = (functionName, args = [], options = {}) => reader.readContract({ ...token, functionName, args, ...options });
const write = async (client, functionName, args) => mined(await client.writeContract({ ...token, functionName, args }));
const initialize = { ...token, functionName: "initialize", args: [me, NAME, SYMBOL, RATE, MAX_SUPPLY] };
same(
    "a program's error is decoded from an estimate",
    await refusal(reader.estimateContractGas({ ...initialize, account: carrier.account })),
    ["CredentialTokenOnlyFactory", [them, me]],
);
await mined(await owner.writeContract(initialize));
same("token: texts", await Promise.all([read("name"), read("symbol")]), [NAME, SYMBOL]);
same("token: credential", await read("getCredentialId"), CREDENTIAL);
const minting = await write(owner, "mint", [me, 1_000n * TOKEN]);
const names = parseEventLogs({ abi: fixture.abi, logs: minting.logs }).map((log) => log.eventName).sort();
same("mint: events", names, ["TokenMinted", "Transfer"]);

// A transfer and what it leaves.
const transfer = { ...token, functionName: "transfer", args: [receiver.address, 250n * TOKEN], account: owner.account };
const { request, result } = await reader.simulateContract(transfer);
same("transfer: simulated", result, true);
const estimate = await reader.estimateContractGas(transfer);
const receipt = await mined(await owner.writeContract(request));
holds("transfer: gas is at most the estimate", receipt.gasUsed <= estimate && receipt.gasUsed > 21_000n);
same("transfer: balance", await read("balanceOf", [receiver.address]), 250n * TOKEN);
const blockNumber = receipt.blockNumber - 1n;
same("transfer: the state before it", await read("balanceOf", [receiver.address], { blockNumber }), 0n);
const logs = await reader.getContractEvents({
    ...token, eventName: "Transfer", args: { to: receiver.address }, fromBlock: 0n,
});
same("transfer: found among the logs", logs.map((log) => [log.transactionHash, log.args.value]),
    [[receipt.transactionHash, 250n * TOKEN]]);
same("too much is refused by name",
    await refusal(reader.simulateContract({ ...transfer, args: [receiver.address, 1_000n * TOKEN] })),
    ["ERC20InsufficientBalance", [me, 750n * TOKEN, 1_000n * TOKEN]]);
const override = { address: receiver.address, balance: parseEther("3") };
const gift = { account: receiver.address, to: me, value: parseEther("2") };
holds("a state override counts in a call", await reader.call({ ...gift, stateOverride: [override] }));

// A signature brought by somebody else.
const { timestamp } = await reader.getBlock();
const deadline = timestamp + 3_600n;
const permit = permitData(address, me, them, 100n * TOKEN, await read("nonces", [me]), deadline);
const { r, s, v } = parseSignature(await owner.signTypedData({ ...permit, primaryType: "Permit" }));
await write(carrier, "permit", [me, them, 100n * TOKEN, deadline, Number(v), r, s]);
same("permit: allowance", await read("allowance", [me, them]), 100n * TOKEN);

// What a test can do to the chain.
const control = createTestClient({ chain, transport, mode: "anvil" });
const snapshot = await control.snapshot();
await control.setBalance({ address: receiver.address, value: parseEther("7") });
same("control: balance", await reader.getBalance({ address: receiver.address }), parseEther("7"));
await control.increaseTime({ seconds: 86_400 });
await control.mine({ blocks: 1 });
holds("control: a day later", (await reader.getBlock()).timestamp >= timestamp + 86_400n);
await control.impersonateAccount({ address: receiver.address });
const guest = createWalletClient({ chain, transport, account: receiver.address });
same("control: an impersonated account sends", (await write(guest, "transfer", [me, TOKEN])).status, "success");
await control.stopImpersonatingAccount({ address: receiver.address });
await control.revert({ id: snapshot });
same("control: reverted", await read("balanceOf", [receiver.address]), 250n * TOKEN);

// Pushed, not polled.
const socket = createPublicClient({ chain, transport: webSocket(undefined, { reconnect: false }) });
const failure = (reject) => ({ onError: reject });
const head = new Promise((resolve, reject) => socket.watchBlockNumber({ onBlockNumber: resolve, ...failure(reject) }));
const event = new Promise((resolve, reject) => socket.watchContractEvent({
    ...token, eventName: "Transfer", onLogs: resolve, ...failure(reject),
}));
// The answer comes after those of the two subscriptions: nothing is missed from here on.
await socket.getChainId();
const moved = await write(owner, "transfer", [receiver.address, TOKEN]);
const [pushed] = await within("event", event);
const { from, to, value } = pushed.args;
same("websocket: event", [from, to, value], [me, getAddress(receiver.address), TOKEN]);
same("websocket: block", await within("block", head), moved.blockNumber);
(await socket.transport.getRpcClient()).close();

const { version } = JSON.parse(readFileSync(new URL("node_modules/viem/package.json", import.meta.url), "utf8"));
done(version);
