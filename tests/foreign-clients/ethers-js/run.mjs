// ethers.js: the token's life through its contracts, events, errors, typed data and websocket.
import {
    Contract, ContractFactory, Interface, JsonRpcProvider, Signature, Wallet, WebSocketProvider, getAddress, keccak256,
    parseEther, version,
} from "ethers";
import {
    ARB_WASM, ARB_WASM_ABI, CREDENTIAL, MAX_SUPPLY, NAME, RATE, SYMBOL, TOKEN, cloneCreation, creator, done, fixture,
    holds, permitData, receiver, relayer, same, within, withMargin,
} from "./lib/journey.mjs";

// Blocks come with transactions here, so polling every four seconds would only make the script slow.
const provider = new JsonRpcProvider(fixture.rpc, undefined, { pollingInterval: 50, cacheTimeout: -1 });
const owner = new Wallet(creator.privateKey, provider);
const carrier = new Wallet(relayer.privateKey, provider);

/** The custom error that a call reverts with. ethers decodes those of calls itself, and leaves estimates' to the ABI. */
async function refusal(promise, abi) {
    const error = await promise.then(() => null, (reason) => reason);
    const revert = error?.revert ?? (error?.data ? abi.parseError(error.data) : null);
    return revert ? [error.code, revert.name, [...revert.args]] : error;
}

const network = await provider.getNetwork();
same("chain id", network.chainId, BigInt(fixture.chainId));
holds("a dev account has ether", (await provider.getBalance(owner.address)) >= parseEther("10"));

// The program.
const program = await new ContractFactory([], fixture.program.creation, owner).deploy();
const deployment = await program.deploymentTransaction().wait();
same("deployment: status", deployment.status, 1);
const programAddress = await program.getAddress();
same("deployment: address", deployment.contractAddress, programAddress);
const code = await provider.getCode(programAddress);
same("deployment: code hash", keccak256(code), fixture.program.codeHash);

const arbWasm = new Contract(ARB_WASM, ARB_WASM_ABI, owner);
same(
    "an error without arguments is decoded",
    await refusal(arbWasm.programVersion(programAddress)),
    ["CALL_EXCEPTION", "ProgramNotActivated", []],
);
const [, wanting, [have, want]] = await refusal(arbWasm.activateProgram.staticCall(programAddress));
same("an error with arguments is decoded", [wanting, have], ["ProgramInsufficientValue", 0n]);
const value = withMargin(want);
const activation = await (await arbWasm.activateProgram(programAddress, { value })).wait();
const activated = activation.logs.map((log) => arbWasm.interface.parseLog(log)).find((log) => log);
same("activation: event", activated.name, "ProgramActivated");
same("activation: code hash", activated.args.codehash, fixture.program.codeHash);
same("activation: version", await arbWasm.programVersion(programAddress), await arbWasm.stylusVersion());

// A clone of it: the token.
const abi = new Interface(fixture.abi);
const creation = cloneCreation(programAddress, owner.address, owner.address);
const token = await new ContractFactory(abi, creation, owner).deploy();
await token.waitForDeployment();
const at = await token.getAddress();
const terms = [owner.address, NAME, SYMBOL, RATE, MAX_SUPPLY];
same(
    "a program's error is decoded from an estimate",
    await refusal(token.connect(carrier).initialize.estimateGas(...terms), abi),
    ["CALL_EXCEPTION", "CredentialTokenOnlyFactory", [carrier.address, owner.address]],
);
await (await token.initialize(...terms)).wait();
same("token: name", await token.name(), NAME);
same("token: symbol", await token.symbol(), SYMBOL);
same("token: credential", await token.getCredentialId(), CREDENTIAL);
same("mint: simulated", await token.mint.staticCall(owner.address, 1_000n * TOKEN), 1_000n * TOKEN);
const minting = await (await token.mint(owner.address, 1_000n * TOKEN)).wait();
const minted = minting.logs.map((log) => log.fragment.name).sort();
same("mint: events", minted, ["TokenMinted", "Transfer"]);

// A transfer and what it leaves.
const estimate = await token.transfer.estimateGas(receiver.address, 250n * TOKEN);
const sent = await token.transfer(receiver.address, 250n * TOKEN);
const receipt = await sent.wait();
holds("transfer: gas is at most the estimate", receipt.gasUsed <= estimate && receipt.gasUsed > 21_000n);
same("transfer: balance", await token.balanceOf(receiver.address), 250n * TOKEN);
const found = await token.queryFilter(token.filters.Transfer(owner.address), receipt.blockNumber);
same("transfer: found among the logs", found.map((log) => [log.transactionHash, log.args.value]),
    [[receipt.hash, 250n * TOKEN]]);
const before = { blockTag: receipt.blockNumber - 1 };
same("transfer: the state before it", await token.balanceOf(receiver.address, before), 0n);
const block = await provider.getBlock(receipt.blockNumber, true);
holds("transfer: in its block", block.transactions.includes(receipt.hash));
const again = await provider.getTransaction(receipt.hash);
same("transfer: as it was signed", [again.from, again.to, again.data], [owner.address, at, sent.data]);
same("too much is refused by name", await refusal(token.transfer.staticCall(receiver.address, 1_000n * TOKEN)), [
    "CALL_EXCEPTION", "ERC20InsufficientBalance", [owner.address, 750n * TOKEN, 1_000n * TOKEN],
]);
const gasLimit = 200_000n;
const failing = await token.transfer(receiver.address, 1_000n * TOKEN, { gasLimit });
const failed = await failing.wait().then(() => null, (error) => error);
same("mined, a failure has status 0", [failed?.code, failed?.receipt?.status], ["CALL_EXCEPTION", 0]);

// A signature brought by somebody else.
const deadline = BigInt(block.timestamp) + 3_600n;
const permit = permitData(at, owner.address, carrier.address, 100n * TOKEN, await token.nonces(owner.address), deadline);
const { v, r, s } = Signature.from(await owner.signTypedData(permit.domain, permit.types, permit.message));
await (await token.connect(carrier).permit(owner.address, carrier.address, 100n * TOKEN, deadline, v, r, s)).wait();
same("permit: allowance", await token.allowance(owner.address, carrier.address), 100n * TOKEN);

// Pushed, not polled.
const socket = new WebSocketProvider(fixture.ws);
const heard = new Contract(at, abi, socket);
const event = new Promise((resolve) => heard.once("Transfer", (from, to, amount) => resolve([from, to, amount])));
const head = new Promise((resolve) => socket.once("block", resolve));
// The answer comes after those of the two subscriptions, which left first: nothing is missed from here on.
const [reached] = await within("websocket", Promise.all([socket.getBlockNumber(), heard.listenerCount()]));
holds("websocket: requests are answered", reached >= receipt.blockNumber);
const moved = await (await token.transfer(receiver.address, TOKEN)).wait();
same("websocket: event", await within("event", event), [owner.address, getAddress(receiver.address), TOKEN]);
same("websocket: block", await within("block", head), moved.blockNumber);
// Both subscriptions have served once and are being given up; destroying the socket before that is answered throws. Answers
// come in order of the requests, and each request leaves a turn of the event loop after it was made.
await new Promise((resolve) => setTimeout(resolve, 100));
await within("unsubscribing", socket.getBlockNumber());
await socket.destroy();
provider.destroy();

done(version);
