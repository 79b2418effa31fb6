<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// A channel written with PHP's SoapClient that speaks V2: activates each notice, sells the stamps
// that are asked for, then tells one outcome of all.
//   php channel_v2.php WSDL PSP BROKER CHANNEL CREDITOR NOTICE…         the password on stdin
// Prints the answers as one JSON object; exit status 1 when a step was refused.

[, $wsdl, $psp, $broker, $channel, $creditor] = $argv;
$client = new SoapClient($wsdl, ['cache_wsdl' => WSDL_CACHE_NONE, 'connection_timeout' => 10,
                                 'features' => SOAP_SINGLE_ELEMENT_ARRAYS]);
$who = ['idPSP' => $psp, 'idBrokerPSP' => $broker, 'idChannel' => $channel,
        'password' => trim(fgets(STDIN))];
$said = ['tokens' => [], 'metadata' => []];
$stamps = [];

function ok(object $answer): object
{
    global $said;
    $said['outcome'] = $answer->outcome;
    if ($answer->outcome !== 'OK') {
        $said['fault'] = $answer->fault->faultCode;
        echo json_encode($said), "\n";
        exit(1);
    }
    return $answer;
}

foreach (array_slice($argv, 6) as $notice) {
    $begun = ok($client->activatePaymentNoticeV2($who + [
        'qrCode' => ['fiscalCode' => $creditor, 'noticeNumber' => $notice], 'amount' => '1.00',
        'paymentNote' => 'da PHP', 'paymentMethod' => 'PO', 'touchPoint' => 'POS']));
    $said['tokens'][] = $begun->paymentToken;
    foreach ($begun->metadata->mapEntry ?? [] as $entry)
        $said['metadata'][$entry->key] = $entry->value;
    foreach ($begun->transferList->transfer as $transfer)
        if (isset($transfer->richiestaMarcaDaBollo))
            $stamps[] = ['paymentToken' => $begun->paymentToken,
                         'idTransfer' => $transfer->idTransfer,
                         'MBDAttachment' => '<marcaDaBollo/>'];
}
ok($client->sendPaymentOutcomeV2($who + [
    'paymentTokens' => ['paymentToken' => $said['tokens']], 'outcome' => 'OK',
    'details' => ['paymentMethod' => 'cash', 'paymentChannel' => 'frontOffice', 'fee' => '1.00',
                  'applicationDate' => date('Y-m-d'), 'transferDate' => date('Y-m-d'),
                  'marcheDaBollo' => ['marcaDaBollo' => $stamps]]]));
echo json_encode($said), "\n";
