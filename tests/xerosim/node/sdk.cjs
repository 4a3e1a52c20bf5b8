// A short day in a bookkeeper's life with Xero's Node SDK. Prints what it saw as one JSON object.
'use strict';
const { XeroClient } = require(process.env.XEROSIM_MODULES + '/xero-node');

async function main() {
  const xero = new XeroClient({
    clientId: process.env.XERO_CLIENT_ID,
    clientSecret: process.env.XERO_CLIENT_SECRET,
    grantType: 'client_credentials',
    scopes: ['accounting.invoices', 'accounting.payments', 'accounting.contacts', 'accounting.settings',
      'accounting.reports.trialbalance.read'],
  });
  await xero.getClientCredentialsToken();
  const tenant = (await xero.updateTenants(false))[0].tenantId;
  const api = xero.accountingApi;
  const organisation = (await api.getOrganisations(tenant)).body.organisations[0];
  const accounts = (await api.getAccounts(tenant)).body.accounts;
  const contact = (await api.createContacts(tenant, { contacts: [{ name: 'Nora Node' }] })).body.contacts[0];
  const invoice = (await api.createInvoices(tenant, { invoices: [{
    type: 'ACCREC', contact: { contactID: contact.contactID }, date: '2026-09-01', dueDate: '2026-09-30',
    status: 'AUTHORISED', invoiceNumber: 'NODE-1',
    lineItems: [{ description: 'Part', quantity: 2, unitAmount: 50, accountCode: '200', taxType: 'OUTPUT2' }],
  }] })).body.invoices[0];
  const bank = accounts.find((one) => String(one.type) === 'BANK');
  await api.createPayment(tenant, {
    invoice: { invoiceID: invoice.invoiceID }, account: { accountID: bank.accountID }, date: '2026-09-02', amount: 120,
  });
  const paid = (await api.getInvoice(tenant, invoice.invoiceID)).body.invoices[0];
  const beyond = (await api.getInvoices(tenant, undefined, undefined, undefined, undefined, undefined, undefined,
    undefined, 99)).body.invoices;
  let refusal = '';
  try {
    await api.createInvoices(tenant, { invoices: [{ type: 'ACCREC', contact: {}, lineItems: [] }] });
  } catch (error) {
    refusal = typeof error === 'string' ? error : JSON.stringify(error.response || String(error));
  }
  const report = (await api.getReportTrialBalance(tenant)).body.reports[0];
  console.log(JSON.stringify({
    tenant, organisation: organisation.organisationID, short: organisation.shortCode,
    updated: accounts.every((one) => one.updatedDateUTC instanceof Date && !Number.isNaN(one.updatedDateUTC.getTime())),
    total: invoice.total, status: String(paid.status), due: paid.amountDue, beyond: beyond.length,
    refused: refusal.includes('ValidationException'), report: report.reportName,
  }));
}

main().catch((error) => { console.error(error); process.exit(1); });
