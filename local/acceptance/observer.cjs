// The function of the observer stack: authorizer and integration in one. It reports names and types, never a value.
// It has no imports of ours, because its text goes into the template (at most 4,096 characters).
const { randomUUID } = require('node:crypto');

// The caller chooses the names in these, so only the types of their values are reported.
const MAPS = new Set([
  'headers',
  'multiValueHeaders',
  'queryStringParameters',
  'multiValueQueryStringParameters',
  'pathParameters',
  'stageVariables',
  'authorizer',
]);

function typeOf(value) {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Lists each member with its type: `requestContext.identity.sourceIp:string`. */
function shapeOf(value, path = '', isMap = false) {
  const type = typeOf(value);
  if (type !== 'object') return [`${path}:${type}`];
  const members = Object.entries(value).flatMap(([name, member]) => {
    const below = isMap ? '*' : name;
    return shapeOf(member, path === '' ? below : `${path}.${below}`, MAPS.has(name));
  });
  return [...new Set(members)].sort();
}

/** How the name of the header arrived. */
function spellingOf(headers) {
  return Object.keys(headers ?? {}).find((name) => name.toLowerCase() === 'authorization') ?? '';
}

/** A new `call` for each invocation shows whether a response was cached. */
function contextOf(event) {
  return { call: randomUUID(), shape: shapeOf(event).join(' '), spelling: spellingOf(event.headers) };
}

exports.shapeOf = shapeOf;

exports.handler = async (event) => {
  if (event.type !== 'REQUEST') {
    const { authorizer = {} } = event.requestContext;
    const { call, shape, spelling } = authorizer.lambda ?? authorizer;
    const body = JSON.stringify({ call, shape, spelling, integration: shapeOf(event).join(' ') });
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, body };
  }
  // Not a credential: it says what to do.
  const [, wish] = (event.headers?.authorization ?? event.headers?.Authorization ?? '').split(' ');
  if (wish === 'throw') throw new Error('The observer was asked to throw.');
  if (wish === 'malformed') return { wish };
  if (wish === 'unauthorized') throw new Error('Unauthorized');
  if (event.version === '2.0') return { isAuthorized: wish !== 'deny', context: contextOf(event) };
  const [api, stage] = event.methodArn.split('/');
  const Effect = wish === 'deny' ? 'Deny' : 'Allow';
  const Statement = [{ Action: 'execute-api:Invoke', Effect, Resource: `${api}/${stage}/*` }];
  return { principalId: 'observer', policyDocument: { Version: '2012-10-17', Statement }, context: contextOf(event) };
};
