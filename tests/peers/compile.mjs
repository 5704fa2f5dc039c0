// Compiles contracts that others published, from their packages and by solc's, and prints their creation code as one
// line of JSON. `cargo xtask gas --peers` installs the packages beside this file and runs it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const packaged = (name) => join(here, "node_modules", name);

/**
 * The creation code of `contracts`, each of which is in the file `contracts[name]`.
 *
 * `paths` calls files as the publisher's compiler did: the code ends with a hash of their names, too.
 */
function compiled(version, { folder, paths, contracts, settings }) {
    const solc = require(`solc-${version}`);
    const resolve = createRequire(join(folder, "package.json")).resolve;
    const own = (path) => readFileSync(join(folder, path), "utf8");
    const read = (path) => ({
        contents: path.startsWith(paths) ? own(path) : readFileSync(resolve(path), "utf8"),
    });
    const sources = Object.values(contracts).map((path) => [path, { content: own(path) }]);
    const input = {
        language: "Solidity",
        sources: Object.fromEntries(sources),
        settings: { ...settings, outputSelection: { "*": { "*": ["evm.bytecode.object"] } } },
    };
    // solc takes an object of callbacks since 0.6, one callback before.
    const imports = version.startsWith("0.5.") ? read : { import: read };
    const output = JSON.parse(solc.compile(JSON.stringify(input), imports));
    const errors = (output.errors ?? []).filter((error) => error.severity === "error");
    if (errors.length > 0) {
        throw new Error(errors.map((error) => error.formattedMessage).join("\n"));
    }
    const code = ([name, path]) => [name, output.contracts[path][name].evm.bytecode.object];
    return Object.fromEntries(Object.entries(contracts).map(code));
}

/** As Uniswap compiled what it published. */
const UNISWAP = { evmVersion: "istanbul", optimizer: { enabled: true, runs: 999_999 } };
/** As the figures of peer-baseline.json. */
const TOKENS = { evmVersion: "cancun", optimizer: { enabled: true, runs: 200 } };

const core = compiled("0.5.16", {
    folder: packaged("@uniswap/v2-core"),
    paths: "contracts/",
    contracts: {
        UniswapV2Factory: "contracts/UniswapV2Factory.sol",
        UniswapV2Pair: "contracts/UniswapV2Pair.sol",
    },
    settings: UNISWAP,
});
const periphery = compiled("0.6.6", {
    folder: packaged("@uniswap/v2-periphery"),
    paths: "contracts/",
    contracts: { UniswapV2Router02: "contracts/UniswapV2Router02.sol", WETH9: "contracts/test/WETH9.sol" },
    settings: UNISWAP,
});
// Figures are of what is on chains: published code, to the byte. Besides, the router has the hash of the pair's code in its
// own, and finds no pair of other code.
for (const [name, contracts] of [["@uniswap/v2-core", core], ["@uniswap/v2-periphery", periphery]]) {
    for (const [contract, code] of Object.entries(contracts)) {
        const build = readFileSync(join(packaged(name), `build/${contract}.json`), "utf8");
        if (code !== JSON.parse(build).evm.bytecode.object) {
            throw new Error(`${contract}'s code isn't the published one`);
        }
    }
}
const tokens = compiled("0.8.28", {
    folder: here,
    paths: "./",
    contracts: { OpenZeppelinToken: "OpenZeppelinToken.sol", SoladyToken: "SoladyToken.sol" },
    settings: TOKENS,
});
console.log(JSON.stringify({ ...core, ...periphery, ...tokens }));
