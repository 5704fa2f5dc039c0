//! The `ethers` crate: the token's life through its contracts, events, errors, typed data and websocket.

mod checks;
mod contracts;
mod fixture;

use std::env;
use std::error::Error;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use ethers::abi::Abi;
use ethers::contract::{ContractError, ContractFactory, ContractRevert, EthLogDecode as _};
use ethers::middleware::SignerMiddleware;
use ethers::providers::{
    DevRpcMiddleware, Http, Middleware as _, PendingTransaction, Provider, RawCall as _, StreamExt as _, Ws,
};
use ethers::signers::{LocalWallet, Signer as _};
use ethers::types::transaction::eip712::TypedData;
use ethers::types::{Address, Bytes, H160, TransactionReceipt, TransactionRequest, U64, U256, spoof};
use ethers::utils::{keccak256, parse_ether};
use serde_json::json;
use tokio::time::timeout;

use checks::Checks;
use contracts::{
    ArbWasm, ArbWasmErrors, CredentialToken, CredentialTokenErrors, CredentialTokenEvents,
    CredentialTokenOnlyFactory, ERC20InsufficientBalance, ProgramActivatedFilter, ProgramInsufficientValue,
    ProgramNotActivated, TransferFilter,
};
use fixture::Fixture;

type Result<T> = std::result::Result<T, Box<dyn Error>>;
type Client = SignerMiddleware<Provider<Http>, LocalWallet>;

/// What the token is about.
const CREDENTIAL: [u8; 32] = [0xc1; 32];
const NAME: &str = "Ada Lovelace, Masters";
const SYMBOL: &str = "ADA";
/// The precompile that activates programs.
const ARB_WASM: Address = {
    let mut address = [0; 20];
    address[19] = 0x71;
    H160(address)
};
/// Blocks come with transactions here, so polling every seven seconds would only make the run slow.
const POLL: Duration = Duration::from_millis(20);
/// A receipt or an event that never comes has to be a failure.
const PATIENCE: Duration = Duration::from_secs(60);

fn tokens(count: u64) -> U256 {
    U256::exp10(18) * count
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let fixture = Fixture::read(&env::args().nth(1).ok_or("which file tells about the chain?")?)?;
    let checks = timeout(PATIENCE, journey(&fixture)).await??;
    println!("{}", json!({ "version": version()?, "checks": checks.names() }));
    Ok(())
}

/// The version that was built: the crate doesn't say it itself.
fn version() -> Result<&'static str> {
    let (_, after) = include_str!("../Cargo.lock")
        .split_once("name = \"ethers\"\nversion = \"")
        .ok_or("the lock file knows no ethers")?;
    Ok(after.split('"').next().unwrap_or_default())
}

/// Everything, in the order in which an application would.
async fn journey(fixture: &Fixture) -> Result<Checks> {
    let mut checks = Checks::default();
    let provider = Provider::<Http>::try_from(fixture.rpc.as_str())?.interval(POLL);
    checks.same("chain id", provider.get_chainid().await?, U256::from(fixture.chain_id))?;
    let client = |index| -> Result<Arc<Client>> {
        let key = fixture.key(index)?.with_chain_id(fixture.chain_id);
        Ok(Arc::new(SignerMiddleware::new(provider.clone(), key)))
    };
    let (owner, receiver, relayer) = (client(0)?, client(1)?.address(), client(2)?);
    let balance = owner.get_balance(owner.address(), None).await?;
    checks.holds("a dev account has ether", balance >= parse_ether(10)?)?;

    send_ether(&mut checks, &owner, receiver).await?;
    let program = deploy_program(&mut checks, fixture, &owner).await?;
    let token = create_token(&mut checks, fixture, program, &owner, &relayer).await?;
    transfer(&mut checks, &token, receiver).await?;
    permit(&mut checks, fixture, &token, &relayer).await?;
    control(&mut checks, &provider, receiver).await?;
    subscribe(&mut checks, fixture, &token, receiver).await?;
    Ok(checks)
}

/// The receipt of a transaction that was sent.
async fn mined(sent: PendingTransaction<'_, Http>) -> Result<TransactionReceipt> {
    Ok(sent.await?.ok_or("a transaction got lost")?)
}

/// The custom error that a call or an estimate reverts with.
fn refusal<T: Debug, E: ContractRevert>(result: std::result::Result<T, ContractError<Client>>) -> Result<E> {
    match result {
        Ok(answer) => Err(format!("no error, but {answer:?}").into()),
        Err(error) => Ok(error.decode_contract_revert().ok_or_else(|| error.to_string())?),
    }
}

/// Deploys `creation`, code without a constructor that the crate would know of.
async fn deploy(client: &Arc<Client>, creation: Bytes) -> Result<TransactionReceipt> {
    let factory = ContractFactory::new(Abi::default(), creation, Arc::clone(client));
    let (_, receipt) = factory.deploy(())?.send_with_receipt().await?;
    Ok(receipt)
}

/// A transaction of the oldest type, in which no program has part.
async fn send_ether(checks: &mut Checks, owner: &Arc<Client>, receiver: Address) -> Result<()> {
    let gift = TransactionRequest::pay(receiver, parse_ether(1)?);
    let receipt = mined(owner.send_transaction(gift, None).await?).await?;
    checks.same("ether: status", receipt.status, Some(U64::one()))?;
    checks.same("ether: type", receipt.transaction_type, Some(U64::zero()))?;
    let number = receipt.block_number.ok_or("mined in no block")?;
    let block = owner.get_block_with_txs(number).await?.ok_or("the block is missing")?;
    let hashes: Vec<_> = block.transactions.iter().map(|transaction| transaction.hash).collect();
    checks.holds("ether: in its block", hashes.contains(&receipt.transaction_hash))?;
    let fees = owner.estimate_eip1559_fees(None).await?;
    checks.holds("fees are estimated from the history of blocks", fees.0 >= owner.get_gas_price().await?)
}

/// Deploys and activates the token's program.
async fn deploy_program(checks: &mut Checks, fixture: &Fixture, owner: &Arc<Client>) -> Result<Address> {
    let receipt = deploy(owner, fixture.program.creation.clone()).await?;
    checks.same("deployment: status", receipt.status, Some(U64::one()))?;
    let program = receipt.contract_address.ok_or("nothing was created")?;
    let code = owner.get_code(program, None).await?;
    checks.same("deployment: code hash", keccak256(code), fixture.program.code_hash.0)?;

    let arb_wasm = ArbWasm::new(ARB_WASM, Arc::clone(owner));
    checks.same(
        "an error without arguments is decoded",
        refusal::<_, ArbWasmErrors>(arb_wasm.program_version(program).call().await)?,
        ArbWasmErrors::ProgramNotActivated(ProgramNotActivated),
    )?;
    let activate = arb_wasm.activate_program(program);
    let ArbWasmErrors::ProgramInsufficientValue(ProgramInsufficientValue { have, want }) =
        refusal(activate.call().await)?
    else {
        return Err("another error than that of a missing fee".into());
    };
    checks.same("an error with arguments is decoded", have, U256::zero())?;
    // The fee may rise until it is paid, and the rest comes back.
    let receipt = mined(activate.value(want * 12 / 10).send().await?).await?;
    let log = receipt.logs.first().ok_or("activation left no log")?.clone();
    let activated = ProgramActivatedFilter::decode_log(&log.into())?;
    checks.same("activation: event", activated.codehash, fixture.program.code_hash.0)?;
    let version = arb_wasm.program_version(program).call().await?;
    checks.same("activation: version", version, arb_wasm.stylus_version().call().await?)?;
    Ok(program)
}

/// Creates a clone of the program and makes it a token that `owner` has some of.
async fn create_token(
    checks: &mut Checks,
    fixture: &Fixture,
    program: Address,
    owner: &Arc<Client>,
    relayer: &Arc<Client>,
) -> Result<CredentialToken<Client>> {
    let me = owner.address();
    let receipt = deploy(owner, fixture.clone_creation(program, me)?).await?;
    let address = receipt.contract_address.ok_or("nothing was created")?;
    let token = CredentialToken::new(address, Arc::clone(owner));

    let initialize = token.initialize(me, NAME.into(), SYMBOL.into(), tokens(100), tokens(1_000_000));
    let by_other = CredentialToken::new(address, Arc::clone(relayer)).initialize(
        me,
        NAME.into(),
        SYMBOL.into(),
        tokens(100),
        tokens(1_000_000),
    );
    checks.same(
        "a program's error is decoded from an estimate",
        refusal::<_, CredentialTokenErrors>(by_other.estimate_gas().await)?,
        CredentialTokenErrors::CredentialTokenOnlyFactory(CredentialTokenOnlyFactory {
            caller: relayer.address(),
            expected: me,
        }),
    )?;
    mined(initialize.send().await?).await?;
    checks.same("token: name", token.name().call().await?, NAME)?;
    checks.same("token: symbol", token.symbol().call().await?, SYMBOL)?;
    checks.same("token: credential", token.get_credential_id().call().await?, CREDENTIAL)?;

    let mint = token.mint(me, tokens(1_000));
    checks.same("mint: simulated", mint.call().await?, tokens(1_000))?;
    let receipt = mined(mint.send().await?).await?;
    let mut minted = Vec::new();
    for log in receipt.logs {
        minted.push(match CredentialTokenEvents::decode_log(&log.into())? {
            CredentialTokenEvents::TransferFilter(event) => ("Transfer", event.to, event.value),
            CredentialTokenEvents::TokenMintedFilter(event) => ("TokenMinted", event.holder, event.amount),
        });
    }
    minted.sort_unstable();
    let expected = [("TokenMinted", me, tokens(1_000)), ("Transfer", me, tokens(1_000))];
    checks.same("mint: events", minted, expected)?;
    Ok(token)
}

/// A transfer and what it leaves; one that is refused, and one that fails.
async fn transfer(checks: &mut Checks, token: &CredentialToken<Client>, receiver: Address) -> Result<()> {
    let me = token.client().address();
    let transfer = token.transfer(receiver, tokens(250));
    let estimate = transfer.estimate_gas().await?;
    let receipt = mined(transfer.send().await?).await?;
    let used = receipt.gas_used.ok_or("a receipt without gas")?;
    checks.holds("transfer: gas is at most the estimate", used <= estimate && used > 21_000.into())?;
    checks.same("transfer: type", receipt.transaction_type, Some(U64::from(2)))?;
    checks.same("transfer: balance", token.balance_of(receiver).call().await?, tokens(250))?;
    let number = receipt.block_number.ok_or("mined in no block")?;
    let before = token.balance_of(receiver).block(number - 1).call().await?;
    checks.same("transfer: the state before it", before, U256::zero())?;
    let filter = token.transfer_filter().topic2(receiver).from_block(0);
    let found = filter.query_with_meta().await?;
    let found: Vec<_> = found.iter().map(|(event, meta)| (meta.transaction_hash, event.value)).collect();
    checks.same("transfer: found among the logs", found, [(receipt.transaction_hash, tokens(250))])?;

    let too_much = token.transfer(receiver, tokens(1_000));
    checks.same(
        "too much is refused by name",
        refusal::<_, CredentialTokenErrors>(too_much.call().await)?,
        CredentialTokenErrors::ERC20InsufficientBalance(ERC20InsufficientBalance {
            sender: me,
            balance: tokens(750),
            needed: tokens(1_000),
        }),
    )?;
    let failed = mined(too_much.gas(200_000).send().await?).await?;
    checks.same("mined, a failure has status 0", failed.status, Some(U64::zero()))
}

/// The relayer brings the owner's signature.
async fn permit(
    checks: &mut Checks,
    fixture: &Fixture,
    token: &CredentialToken<Client>,
    relayer: &Arc<Client>,
) -> Result<()> {
    let client = token.client();
    let (owner, spender, value) = (client.address(), relayer.address(), tokens(100));
    let block = client.get_block(ethers::types::BlockNumber::Latest).await?.ok_or("there is no block")?;
    let deadline = block.timestamp + 3_600;
    let field = |name, kind| json!({ "name": name, "type": kind });
    let typed: TypedData = serde_json::from_value(json!({
        "types": {
            "EIP712Domain": [
                field("name", "string"),
                field("version", "string"),
                field("chainId", "uint256"),
                field("verifyingContract", "address"),
            ],
            "Permit": [
                field("owner", "address"),
                field("spender", "address"),
                field("value", "uint256"),
                field("nonce", "uint256"),
                field("deadline", "uint256"),
            ],
        },
        "primaryType": "Permit",
        "domain": {
            "name": NAME,
            "version": "1",
            "chainId": fixture.chain_id,
            "verifyingContract": token.address(),
        },
        "message": {
            "owner": owner,
            "spender": spender,
            "value": value,
            "nonce": token.nonces(owner).call().await?,
            "deadline": deadline,
        },
    }))?;
    let signature = client.signer().sign_typed_data(&typed).await?;
    let word = |number: U256| {
        let mut bytes = [0; 32];
        number.to_big_endian(&mut bytes);
        bytes
    };
    let (r, s) = (word(signature.r), word(signature.s));
    let carried = CredentialToken::new(token.address(), Arc::clone(relayer));
    let permit = carried.permit(owner, spender, value, deadline, u8::try_from(signature.v)?, r, s);
    mined(permit.send().await?).await?;
    checks.same("permit: allowance", token.allowance(owner, spender).call().await?, value)
}

/// What a test can do to the chain, and a call to a state that isn't the chain's.
async fn control(checks: &mut Checks, provider: &Provider<Http>, receiver: Address) -> Result<()> {
    let stranger = Address::repeat_byte(0x5e);
    let development = DevRpcMiddleware::new(provider.clone());
    let snapshot = development.snapshot().await?;
    let balance = development.get_balance(receiver, None).await?;
    let gift = TransactionRequest::pay(stranger, parse_ether(1)?).from(receiver);
    mined(development.send_transaction(gift, None).await?).await?;
    checks.holds("control: the node signs", development.get_balance(receiver, None).await? < balance)?;
    development.revert_to_snapshot(snapshot).await?;
    checks.same("control: reverted", development.get_balance(receiver, None).await?, balance)?;

    let payment = TransactionRequest::pay(receiver, parse_ether(2)?).from(stranger).into();
    checks.holds("a poor account can't pay", provider.call(&payment, None).await.is_err())?;
    let rich = spoof::balance(stranger, parse_ether(3)?);
    checks.same(
        "a state override counts in a call",
        provider.call_raw(&payment).state(&rich).await?,
        Bytes::new(),
    )
}

/// Heads and logs are pushed, not polled.
async fn subscribe(
    checks: &mut Checks,
    fixture: &Fixture,
    token: &CredentialToken<Client>,
    receiver: Address,
) -> Result<()> {
    let socket = Arc::new(Provider::<Ws>::connect(&fixture.ws).await?);
    let events = CredentialToken::new(token.address(), Arc::clone(&socket)).event::<TransferFilter>();
    let mut transfers = events.subscribe().await?;
    let mut heads = socket.subscribe_blocks().await?;
    let receipt = mined(token.transfer(receiver, tokens(1)).send().await?).await?;
    let event = transfers.next().await.ok_or("the subscription to logs ended")??;
    checks.same("websocket: event", (event.to, event.value), (receiver, tokens(1)))?;
    let head = heads.next().await.ok_or("the subscription to blocks ended")?;
    checks.same("websocket: block", head.number, receipt.block_number)?;
    checks.holds("websocket: unsubscribed", heads.unsubscribe().await?)
}
