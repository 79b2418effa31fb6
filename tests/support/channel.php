<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// A channel written with PHP's SoapClient: verify, activate, outcome of one notice.
//   php channel.php WSDL PSP BROKER CHANNEL CREDITOR NOTICE AMOUNT      the password on stdin
// Prints what was answered as one JSON object; exit status 1 when a step was refused.

[, $wsdl, $psp, $broker, $channel, $creditor, $notice, $amount] = $argv;
$client = new SoapClient($wsdl, ['cache_wsdl' => WSDL_CACHE_NONE, 'connection_timeout' => 10]);
$who = ['idPSP' => $psp, 'idBrokerPSP' => $broker, 'idChannel' => $channel,
        'password' => trim(fgets(STDIN))];
$qr = ['fiscalCode' => $creditor, 'noticeNumber' => $notice];
$said = [];

function step(string $name, object $answer): object
{
    global $said;
    $said[$name] = $answer->outcome;
    if ($answer->outcome !== 'OK') {
        $said['fault'] = $answer->fault->faultCode;
        finish(1);
    }
    return $answer;
}

function finish(int $status): never
{
    global $said;
    echo json_encode($said), "\n";
    exit($status);
}

$verified = step('verify', $client->verifyPaymentNotice($who + ['qrCode' => $qr]));
$said['company'] = $verified->companyName;
$begun = step('activate', $client->activatePaymentNotice(
    $who + ['qrCode' => $qr, 'amount' => $amount]));
$said['token'] = $begun->paymentToken;
$said['total'] = $begun->totalAmount;
step('outcome', $client->sendPaymentOutcome($who + [
    'paymentToken' => $begun->paymentToken, 'outcome' => 'OK',
    'details' => ['paymentMethod' => 'cash', 'fee' => '0.00',
                  'applicationDate' => date('Y-m-d'), 'transferDate' => date('Y-m-d')]]));
finish(0);
