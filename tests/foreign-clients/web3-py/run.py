"""web3.py: the token's life through its contracts, events, errors, typed data and websocket."""

import asyncio
import json
import sys
from importlib.metadata import version

from eth_account import Account
from eth_account.messages import encode_typed_data
from web3 import AsyncWeb3, Web3, WebSocketProvider
from web3.exceptions import ContractCustomError
from web3.logs import DISCARD
from web3.middleware import SignAndSendRawMiddlewareBuilder

TOKEN = 10**18
CREDENTIAL = bytes.fromhex("c1" * 32)
NAME, SYMBOL = "Ada Lovelace, Masters", "ADA"
RATE, MAX_SUPPLY = 100 * TOKEN, 1_000_000 * TOKEN
ARB_WASM = "0x0000000000000000000000000000000000000071"
ARB_WASM_ABI = [
    {
        "type": "function",
        "name": "activateProgram",
        "stateMutability": "payable",
        "inputs": [{"name": "program", "type": "address"}],
        "outputs": [{"name": "version", "type": "uint16"}, {"name": "dataFee", "type": "uint256"}],
    },
    {
        "type": "function",
        "name": "programVersion",
        "stateMutability": "view",
        "inputs": [{"name": "program", "type": "address"}],
        "outputs": [{"name": "", "type": "uint16"}],
    },
    {
        "type": "event",
        "name": "ProgramActivated",
        "anonymous": False,
        "inputs": [
            {"name": "codehash", "type": "bytes32", "indexed": True},
            {"name": "moduleHash", "type": "bytes32", "indexed": False},
            {"name": "program", "type": "address", "indexed": False},
            {"name": "dataFee", "type": "uint256", "indexed": False},
            {"name": "version", "type": "uint16", "indexed": False},
        ],
    },
]

checks = []


def same(what, actual, expected):
    """Compares, and counts the comparison under its name."""
    if actual != expected:
        raise AssertionError(f"{what}: {actual!r} instead of {expected!r}")
    checks.append(what)
    print(f"  {what}", file=sys.stderr)


def holds(what, condition):
    """Holds a condition, and counts it under its name."""
    same(what, bool(condition), True)


def refusal(action):
    """The data that a call reverts with."""
    try:
        return f"no error, but {action()}"
    except ContractCustomError as error:
        return error.data


def error_data(w3, signature, types, values):
    """What a custom error looks like on the wire."""
    return "0x" + (w3.keccak(text=signature)[:4] + w3.codec.encode(types, values)).hex()


def clone_creation(fixture, program, owner):
    """The code that creates a clone of `program`, the token that `owner` may initialise and mint."""
    parts = (fixture["clone"]["prefix"], program, fixture["clone"]["suffix"], owner, owner)
    runtime = b"".join(bytes.fromhex(part.removeprefix("0x")) for part in parts) + CREDENTIAL
    # codecopy(0, 10, LENGTH), return(0, LENGTH)
    return bytes.fromhex(f"3d60{len(runtime):02x}80600a3d3981f3") + runtime


def mined(w3, transaction):
    """The receipt of a transaction."""
    return w3.eth.wait_for_transaction_receipt(transaction, timeout=10, poll_latency=0.02)


def deploy_program(w3, fixture, owner):
    """Deploys and activates the token's program, and returns its address."""
    receipt = mined(w3, w3.eth.send_transaction({"from": owner, "data": fixture["program"]["creation"]}))
    program = receipt["contractAddress"]
    same("deployment: status", receipt["status"], 1)
    code_hash = fixture["program"]["codeHash"]
    same("deployment: code hash", w3.to_hex(w3.keccak(w3.eth.get_code(program))), code_hash)

    arb_wasm = w3.eth.contract(ARB_WASM, abi=ARB_WASM_ABI)
    not_activated = error_data(w3, "ProgramNotActivated()", [], [])
    same("an error without arguments", refusal(arb_wasm.functions.programVersion(program).call), not_activated)
    activate = arb_wasm.functions.activateProgram(program)
    wanting = refusal(lambda: activate.call({"from": owner}))
    have, want = w3.codec.decode(["uint256", "uint256"], bytes.fromhex(wanting[10:]))
    selector = error_data(w3, "ProgramInsufficientValue(uint256,uint256)", [], [])
    same("an error with arguments", (wanting[:10], have), (selector, 0))
    # The fee may rise until it is paid, and the rest comes back.
    receipt = mined(w3, activate.transact({"from": owner, "value": want * 12 // 10}))
    (activated,) = arb_wasm.events.ProgramActivated().process_receipt(receipt)
    same("activation: event", w3.to_hex(activated["args"]["codehash"]), code_hash)
    same("activation: version", arb_wasm.functions.programVersion(program).call(), activated["args"]["version"])
    return program


def use_token(w3, fixture, program, owner, receiver, relayer):
    """Takes a clone of the program through its life, and returns its contract."""
    abi = fixture["abi"]
    creation = clone_creation(fixture, program, owner)
    receipt = mined(w3, w3.eth.contract(abi=abi, bytecode=creation).constructor().transact({"from": owner}))
    token = w3.eth.contract(receipt["contractAddress"], abi=abi)
    initialize = token.functions.initialize(owner, NAME, SYMBOL, RATE, MAX_SUPPLY)
    only_factory = error_data(
        w3, "CredentialTokenOnlyFactory(address,address)", ["address", "address"], [relayer, owner]
    )
    same("a program's error in an estimate", refusal(lambda: initialize.estimate_gas({"from": relayer})), only_factory)
    mined(w3, initialize.transact({"from": owner}))
    same("token: texts", [token.functions.name().call(), token.functions.symbol().call()], [NAME, SYMBOL])
    same("token: credential", token.functions.getCredentialId().call(), CREDENTIAL)
    receipt = mined(w3, token.functions.mint(owner, 1_000 * TOKEN).transact({"from": owner}))
    (minted,) = token.events.TokenMinted().process_receipt(receipt, errors=DISCARD)
    same("mint: event", (minted["args"]["holder"], minted["args"]["amount"]), (owner, 1_000 * TOKEN))

    transfer = token.functions.transfer(receiver, 250 * TOKEN)
    estimate = transfer.estimate_gas({"from": owner})
    receipt = mined(w3, transfer.transact({"from": owner}))
    holds("transfer: gas is at most the estimate", 21_000 < receipt["gasUsed"] <= estimate)
    balance = token.functions.balanceOf(receiver)
    same("transfer: balance", balance.call(), 250 * TOKEN)
    same("transfer: the state before it", balance.call(block_identifier=receipt["blockNumber"] - 1), 0)
    found = token.events.Transfer().get_logs(from_block=0, argument_filters={"to": receiver})
    same(
        "transfer: found among the logs",
        [(log["transactionHash"], log["args"]["value"]) for log in found],
        [(receipt["transactionHash"], 250 * TOKEN)],
    )
    too_much = token.functions.transfer(receiver, 1_000 * TOKEN)
    insufficient = error_data(
        w3,
        "ERC20InsufficientBalance(address,uint256,uint256)",
        ["address", "uint256", "uint256"],
        [owner, 750 * TOKEN, 1_000 * TOKEN],
    )
    same("too much is refused by name", refusal(lambda: too_much.call({"from": owner})), insufficient)
    failed = mined(w3, too_much.transact({"from": owner, "gas": 200_000}))
    same("mined, a failure has status 0", failed["status"], 0)
    return token


def use_permit(w3, fixture, token, owner, relayer):
    """The relayer brings the owner's signature."""
    signer = fixture["accounts"][0]["privateKey"]
    deadline = w3.eth.get_block("latest")["timestamp"] + 3_600
    nonce = token.functions.nonces(owner).call()
    fields = (("owner", "address"), ("spender", "address"), ("value", "uint256"), ("nonce", "uint256"))
    message = encode_typed_data(
        {"name": NAME, "version": "1", "chainId": fixture["chainId"], "verifyingContract": token.address},
        {"Permit": [{"name": name, "type": kind} for name, kind in (*fields, ("deadline", "uint256"))]},
        {"owner": owner, "spender": relayer, "value": 100 * TOKEN, "nonce": nonce, "deadline": deadline},
    )
    signed = Account.sign_message(message, signer)
    r, s = (part.to_bytes(32, "big") for part in (signed.r, signed.s))
    permit = token.functions.permit(owner, relayer, 100 * TOKEN, deadline, signed.v, r, s)
    mined(w3, permit.transact({"from": relayer}))
    same("permit: allowance", token.functions.allowance(owner, relayer).call(), 100 * TOKEN)


async def use_websocket(w3, fixture, token, owner, receiver):
    """Heads and logs are pushed."""
    async with AsyncWeb3(WebSocketProvider(fixture["ws"])) as socket:
        heads = await socket.eth.subscribe("newHeads")
        logs = await socket.eth.subscribe("logs", {"address": token.address})
        sent = token.functions.transfer(receiver, TOKEN).transact({"from": owner})
        receipt = await asyncio.to_thread(mined, w3, sent)
        heard = {}
        async for pushed in socket.socket.process_subscriptions():
            heard[pushed["subscription"]] = pushed["result"]
            if len(heard) == 2:
                break
        same("websocket: block", heard[heads]["number"], receipt["blockNumber"])
        event = token.events.Transfer().process_log(heard[logs])
        same("websocket: event", (event["args"]["to"], event["args"]["value"]), (receiver, TOKEN))


def main():
    """Everything, in the order in which an application would."""
    with open(sys.argv[1], encoding="utf8") as file:
        fixture = json.load(file)
    w3 = Web3(Web3.HTTPProvider(fixture["rpc"]))
    owner, receiver, relayer = (w3.to_checksum_address(account["address"]) for account in fixture["accounts"][:3])
    for account in fixture["accounts"][:3]:
        w3.middleware_onion.inject(SignAndSendRawMiddlewareBuilder.build(account["privateKey"]), layer=0)
    same("chain id", w3.eth.chain_id, fixture["chainId"])
    holds("a dev account has ether", w3.eth.get_balance(owner) >= w3.to_wei(10, "ether"))
    program = deploy_program(w3, fixture, owner)
    token = use_token(w3, fixture, program, owner, receiver, relayer)
    use_permit(w3, fixture, token, owner, relayer)
    asyncio.run(asyncio.wait_for(use_websocket(w3, fixture, token, owner, receiver), 20))
    print(json.dumps({"version": version("web3"), "checks": checks}))


main()
