<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// A channel by PHP's SoapClient: php client.php WSDL ADDRESS; see foreign.py.

[, $wsdl, $address] = $argv;
$client = new SoapClient($wsdl, ['cache_wsdl' => WSDL_CACHE_NONE, 'connection_timeout' => 10,
                                 'location' => $address, 'features' => SOAP_SINGLE_ELEMENT_ARRAYS]);
while (($line = fgets(STDIN)) !== false) {
    $call = json_decode($line, true);
    try {
        $said = $client->__soapCall($call['operation'], [$call['fields']]);
    } catch (SoapFault $fault) {
        $said = ['soapFault' => $fault->getMessage()];
    }
    echo json_encode($said, JSON_PARTIAL_OUTPUT_ON_ERROR), "\n";
}
