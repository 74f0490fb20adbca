/** The floor of a cold start: a handler that allows everybody and loads nothing. */
export async function handler({ methodArn }: { readonly methodArn: string }) {
  const Statement = [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }];
  return { principalId: 'anybody', policyDocument: { Version: '2012-10-17', Statement } };
}
