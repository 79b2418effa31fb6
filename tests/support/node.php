<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// The national node written with PHP's SoapClient: all six operations on one hosted notice.
//   php node.php WSDL ADDRESS CREDITOR BROKER STATION NOTICE          ADDRESS "": where the WSDL says
// Prints what each operation was answered as one JSON object.

[, $wsdl, $address, $creditor, $broker, $station, $notice] = $argv;
$options = ['cache_wsdl' => WSDL_CACHE_NONE, 'connection_timeout' => 10];
if ($address !== '')
    $options['location'] = $address;
$client = new SoapClient($wsdl, $options);
$who = ['idPA' => $creditor, 'idBrokerPA' => $broker, 'idStation' => $station];
$qr = ['qrCode' => ['fiscalCode' => $creditor, 'noticeNumber' => $notice]];
$said = [];

function answered(string $operation, object $answer): object
{
    global $said;
    $said[$operation] = $answer->outcome === 'OK' ? 'OK' : $answer->fault->faultCode;
    return $answer;
}

function receipt(object $data): array
{
    global $creditor, $notice;
    $person = ['uniqueIdentifier' => ['entityUniqueIdentifierType' => 'F',
                                      'entityUniqueIdentifierValue' => 'RSSMRA80A01H501U'],
               'fullName' => 'Debitore della ricevuta'];
    $transfers = is_array($data->transferList->transfer) ? $data->transferList->transfer
                                                         : [$data->transferList->transfer];
    return ['receiptId' => bin2hex(random_bytes(16)), 'noticeNumber' => $notice,
            'fiscalCode' => $creditor, 'outcome' => 'OK',
            'creditorReferenceId' => $data->creditorReferenceId,
            'paymentAmount' => $data->paymentAmount, 'description' => $data->description,
            'companyName' => $data->companyName, 'debtor' => $person,
            'transferList' => ['transfer' => $transfers], 'idPSP' => 'ALTROPSP',
            'PSPCompanyName' => 'Banca Lontana', 'idChannel' => 'ALTROCANALE',
            'channelDescription' => 'app'];
}

answered('paVerifyPaymentNotice', $client->paVerifyPaymentNotice($who + $qr));
$data = answered('paGetPayment', $client->paGetPayment($who + $qr))->data;
answered('paGetPaymentV2', $client->paGetPaymentV2($who + $qr));
$told = $who + ['receipt' => receipt($data)];
answered('paSendRT', $client->paSendRT($told));
answered('paSendRTV2', $client->paSendRTV2($told));
answered('paDemandPaymentNotice', $client->paDemandPaymentNotice($who + [
    'idServizio' => '00001', 'idSoggettoServizio' => '00001',
    'datiSpecificiServizioRequest' => '<targa/>']));
$said['total'] = $data->paymentAmount;
echo json_encode($said), "\n";
