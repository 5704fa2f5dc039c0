// Compiles the contracts of this folder into NAME.hex: the keccak256 of the source, then the runtime code.
//
//     npm install --no-save solc@0.8.30 && node build.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const solc = require("solc");
const { keccak256 } = require("js-sha3");

for (const name of ["StylusDeployer", "CacheManager"]) {
    const content = readFileSync(new URL(`${name}.sol`, import.meta.url), "utf8");
    const output = JSON.parse(solc.compile(JSON.stringify({
        language: "Solidity",
        sources: { [name]: { content } },
        settings: {
            // Everything since ArbOS 40 runs it.
            evmVersion: "cancun",
            optimizer: { enabled: true, runs: 200 },
            metadata: { appendCBOR: false },
            outputSelection: { "*": { "*": ["evm.deployedBytecode.object"] } },
        },
    })));
    for (const error of output.errors ?? []) {
        console.error(error.formattedMessage);
    }
    const code = output.contracts?.[name]?.[name]?.evm.deployedBytecode.object;
    if (!code) {
        process.exit(1);
    }
    writeFileSync(new URL(`${name}.hex`, import.meta.url), `${keccak256(content)}\n${code}\n`);
    console.log(`${name}: ${code.length / 2} bytes`);
}
