/**
 * Replaces the C++ part of AWS's runtime client if that cannot be built. `node --require` loads it before the client. It posts
 * results to the Runtime API; the client's own code requests invocations.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
const { request } = require('node:http');
const Module = require('node:module');

const [hostname, port] = (process.env.AWS_LAMBDA_RUNTIME_API ?? '').split(':');
// Has the client ask for invocations by `node:http`.
process.env.AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1 = 'true';

function post(path, body, headers = {}) {
  const options = { hostname, port, method: 'POST', path: `/2018-06-01/runtime/invocation/${path}`, headers };
  request(options, (response) => response.resume()).end(body);
}

const client = {
  done: (id, body) => post(`${id}/response`, body, { 'content-type': 'application/json' }),
  error: (id, body) => post(`${id}/error`, body, { 'content-type': 'application/vnd.aws.lambda.error+json' }),
};

const load = Module._load;
Module._load = (name, ...rest) => (name === './rapid-client.node' ? client : load(name, ...rest));
