// Takes the steps of a journey (JSON on standard input) with Xero's Node SDK; prints the operations the SDK has.
'use strict';
const { XeroClient, AccountingApi } = require(process.env.XEROSIM_MODULES + '/xero-node');
const { ObjectSerializer } = require(process.env.XEROSIM_MODULES + '/xero-node/dist/gen/model/accounting/models.js');

const HELPERS = ['constructor', 'useQuerystring', 'basePath', 'setDefaultAuthentication', 'setApiKey', 'accessToken'];
const operations = Object.getOwnPropertyNames(AccountingApi.prototype).filter((name) => !HELPERS.includes(name));
const plain = (name) => name.replace(/_/g, '').toLowerCase();
const byName = new Map(operations.map((name) => [plain(name), name]));

// The names of an operation's parameters, in their order.
function parameters(name) {
  const source = AccountingApi.prototype[name].toString();
  const list = /function\* \(([^)]*)\)/.exec(source)[1];
  return list.replace(/options = .*$/, '').split(',').map((one) => plain(one.trim())).filter(Boolean);
}

function filled(value, kept) {
  if (typeof value === 'string' && value.startsWith('$')) return kept[value.slice(1)];
  if (Array.isArray(value)) return value.map((one) => filled(one, kept));
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filled(one, kept)]));
  }
  return value;
}

function argument(value, kept) {
  if (value && value.model) return ObjectSerializer.deserialize(filled(value.members, kept), value.model);
  if (value && value.bytes !== undefined) return Buffer.from(value.bytes);
  return filled(value, kept);
}

function found(answer, path) {
  let value = answer;
  for (const part of path.split('.')) {
    if (part === '#') return (value || []).length;
    value = value === undefined || value === null ? undefined : value[part];
  }
  return value;
}

function onTheWire(body) {
  if (Buffer.isBuffer(body) || body instanceof ArrayBuffer) return { bytes: Buffer.from(body).toString('latin1') };
  const kind = body && body.constructor && body.constructor.name;
  return kind && kind !== 'Object' && kind !== 'String' ? ObjectSerializer.serialize(body, kind) : body;
}

async function take(api, step, kept) {
  const name = byName.get(plain(step.do));
  if (!name) throw new Error(`the SDK has no ${step.do}`);
  const order = parameters(name);
  const given = [];
  given[order.indexOf('xerotenantid')] = kept.tenant;
  for (const [parameter, value] of Object.entries(step.with)) {
    const position = order.indexOf(plain(parameter));
    if (position < 0) throw new Error(`${name} has no ${parameter}, only ${order}`);
    given[position] = argument(value, kept);
  }
  const answer = onTheWire((await api[name](...given)).body);
  for (const [path, wanted] of Object.entries(filled(step.expect, kept))) {
    let value = found(answer, path);
    if (path === 'bytes' && wanted.startsWith('%PDF')) value = value.slice(0, wanted.length);
    if (String(value) !== String(wanted)) {
      throw new Error(`${name}: ${path} is ${value}, not ${wanted}, in ${JSON.stringify(answer).slice(0, 1500)}`);
    }
  }
  for (const [noun, path] of Object.entries(step.keep)) {
    kept[noun] = found(answer, path);
    if (!kept[noun]) throw new Error(`${name}: nothing at ${path} in ${JSON.stringify(answer).slice(0, 1500)}`);
  }
}

async function main() {
  const told = JSON.parse(require('fs').readFileSync(0, 'utf8'));
  const xero = new XeroClient({
    clientId: process.env.XERO_CLIENT_ID, clientSecret: process.env.XERO_CLIENT_SECRET,
    grantType: 'client_credentials', scopes: told.scopes,
  });
  await xero.getClientCredentialsToken();
  const kept = { tenant: (await xero.updateTenants(false))[0].tenantId };
  for (const step of told.steps) {
    try {
      await take(xero.accountingApi, step, kept);
    } catch (error) {
      const said = error instanceof Error ? error.stack : typeof error === 'string' ? error : JSON.stringify(error);
      throw new Error(`${step.do}: ${said}`.slice(0, 3000));
    }
  }
  console.log(JSON.stringify(operations));
}

main().catch((error) => { console.error(error); process.exit(1); });
