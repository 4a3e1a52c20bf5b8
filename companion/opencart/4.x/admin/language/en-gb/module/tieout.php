<?php
$_['heading_title'] = 'Tieout for Xero';
$_['text_intro'] = 'Tieout reads orders, customers and products through this extension. Copy address and key into its connection form.';
$_['entry_status'] = 'Status';
$_['entry_address'] = 'Address of the shop';
$_['entry_key'] = 'Key';
$_['entry_url'] = 'Address for changes (from Tieout\'s connection page; empty: Tieout asks once a minute)';
$_['entry_renew'] = 'Make a new key; the old one stops working';
$_['button_save'] = 'Save';
$_['button_cancel'] = 'Back';
$_['text_enabled'] = 'Enabled';
$_['text_disabled'] = 'Disabled';
$_['error_permission'] = 'You may not change this extension.';
$_['text_saved'] = 'Saved. A new key shows after the page is loaded again.';
