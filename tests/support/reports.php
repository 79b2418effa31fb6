<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// A PSP and an Ente's station written with PHP's SoapClient: deliver a flow, list, fetch.
//   php reports.php PSP-WSDL PA-WSDL PSP-URL PA-URL ID TIME FILE      the password on stdin
// Prints what was answered as one JSON object.

[, $pspWsdl, $paWsdl, $pspUrl, $paUrl, $id, $time, $file] = $argv;
$password = trim(fgets(STDIN));
$how = fn(string $url) => ['cache_wsdl' => WSDL_CACHE_NONE, 'connection_timeout' => 10, 'location' => $url];
$psp = new SoapClient($pspWsdl, $how($pspUrl));
$pa = new SoapClient($paWsdl, $how($paUrl));

$sent = $psp->nodoInviaFlussoRendicontazione([
    'identificativoPSP' => 'PSPPROVA', 'identificativoIntermediarioPSP' => '66666666666',
    'identificativoCanale' => '66666666666_01', 'password' => $password,
    'identificativoDominio' => '77777777777', 'identificativoFlusso' => $id,
    'dataOraFlusso' => $time, 'xmlRendicontazione' => file_get_contents($file)]);
$who = ['identificativoIntermediarioPA' => '77777777777',
        'identificativoStazioneIntermediarioPA' => '77777777777_01', 'password' => $password,
        'identificativoDominio' => '77777777777'];
$list = $pa->nodoChiediElencoFlussiRendicontazione($who)->elencoFlussiRendicontazione;
$names = is_array($list->idRendicontazione) ? $list->idRendicontazione : [$list->idRendicontazione];
$flow = $pa->nodoChiediFlussoRendicontazione($who + ['identificativoFlusso' => $id]);
echo json_encode(['esito' => $sent->esito, 'fault' => $sent->fault->faultCode ?? null,
                  'total' => $list->totRestituiti, 'names' => count($names),
                  'listed' => in_array($id, array_map(fn($n) => $n->identificativoFlusso, $names)),
                  'same' => $flow->xmlRendicontazione === file_get_contents($file)]), "\n";
