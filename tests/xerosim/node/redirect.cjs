// Preloaded: every call to a host of Xero goes to the simulator instead; calls to anybody else fail.
'use strict';
const http = require('http');
const https = require('https');

const simulator = new URL(process.env.XEROSIM_URL);

function request(input, options, callback) {
  let wanted = {};
  if (typeof input === 'string' || input instanceof URL) {
    const url = new URL(input);
    wanted = { hostname: url.hostname, path: url.pathname + url.search };
    if (typeof options === 'function') callback = options;
    else Object.assign(wanted, options);
  } else {
    wanted = { ...input };
    callback = options;
  }
  const host = wanted.hostname || wanted.host || '';
  if (!/(^|\.)xero\.com$/.test(host)) throw new Error(`a call to ${host}`);
  const { agent, agents, servername, ...rest } = wanted;
  return http.request(
    { ...rest, protocol: 'http:', host: simulator.hostname, hostname: simulator.hostname, port: simulator.port },
    callback,
  );
}

https.request = request;
https.get = (...wanted) => {
  const made = request(...wanted);
  made.end();
  return made;
};
