/** Converts the props of `Auth0Setup` to the properties of its custom resources. */
import { RemovalPolicy } from 'aws-cdk-lib';
import { MANAGE_APP_PASSWORDS } from '../src/config/app-passwords.ts';
import { DEFAULTS } from '../src/config/defaults.ts';
import type { Auth0SetupProps } from './auth0-setup-props.ts';
import { secretIdOf } from './secret-id.ts';

export function resourceServerProperties(props: Auth0SetupProps) {
  return {
    Audience: props.audience,
    KeyDelivery: props.keyDelivery ?? DEFAULTS.keyDelivery,
    KeyFormat: props.keyFormat ?? DEFAULTS.keyFormat,
    CreateResourceServer: String(props.createResourceServer ?? false),
    RemoveCreated: String(props.removalPolicy === RemovalPolicy.DESTROY),
    ReplaceKey: String(props.replaceKey ?? false),
    // The function does not read these two. A change makes CloudFormation run the checks again.
    ...(props.issuer !== undefined && { Issuer: props.issuer }),
    ...(props.refresh !== undefined && { Refresh: props.refresh }),
    ...(props.jwksUrl !== undefined && { JwksUrl: props.jwksUrl }),
    ...(props.scopes && props.scopes.length > 0 && { Scopes: [...props.scopes] }),
  };
}

/** Properties of a resource server for another audience of the same API. */
export function additionalResourceServerProperties(props: Auth0SetupProps, audience: string) {
  return { ...resourceServerProperties({ ...props, audience }), IsAdditional: 'true' };
}

export function clientGrantProperties({ grantClientId, passwordGrantSecret, refresh }: Auth0SetupProps) {
  return {
    ...(refresh !== undefined && { Refresh: refresh }),
    ...(grantClientId !== undefined && { GrantClientId: grantClientId }),
    // The function does not read this either. A change makes CloudFormation check the new client that logs users in.
    ...(passwordGrantSecret && { PasswordGrantSecretId: secretIdOf(passwordGrantSecret) }),
  };
}

/** Properties of the grant of the client that creates users' app specific passwords. */
export function appPasswordsGrantProperties(clientId: string, { refresh }: Auth0SetupProps) {
  return { GrantClientId: clientId, GrantOnly: 'true', ...(refresh !== undefined && { Refresh: refresh }) };
}

/** Properties of the scope that the resource server offers to the users of the page. */
export function offeredScopeProperties({ audience, refresh }: Auth0SetupProps) {
  return {
    Audience: audience,
    Scope: MANAGE_APP_PASSWORDS,
    Description: 'Manage app specific passwords',
    ...(refresh !== undefined && { Refresh: refresh }),
  };
}
