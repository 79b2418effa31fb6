// SPDX-License-Identifier: GPL-3.0-or-later
// A channel by npm's soap: NODE_PATH=… node client.js WSDL ADDRESS; see foreign.py.
"use strict";
const readline = require("readline");
const soap = require("soap");

async function main(wsdl, address) {
    const client = await soap.createClientAsync(wsdl, {}, address);
    for await (const line of readline.createInterface({input: process.stdin})) {
        const call = JSON.parse(line);
        let said;
        try {
            [said] = await client[call.operation + "Async"](call.fields);
        } catch (error) {
            said = {soapFault: error.message};
        }
        console.log(JSON.stringify(said));
    }
}

main(...process.argv.slice(2)).catch((error) => {
    console.error(error);
    process.exit(1);
});
