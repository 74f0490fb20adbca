/** What the package exports. Everything here is a promise that docs/upgrading.md describes. */
export type { BindingMode } from '../src/core/principal.ts';
export type { AllOfScopes, AnyOfScopes, RouteSetting, RouteSettings } from '../src/core/routes.ts';
export type { ResourceMetadataDocument } from '../src/resource-metadata/document.ts';
export type { ApiRoute } from './api-route.ts';
export { AppPasswords } from './app-passwords.ts';
export type { AppPasswordsOptions, AppPasswordsProps } from './app-passwords-props.ts';
export { Auth0Authorizer } from './auth0-authorizer.ts';
export type { Auth0AuthorizerProps } from './auth0-authorizer-props.ts';
export { Auth0Setup } from './auth0-setup.ts';
export type { Auth0SetupOptions, Auth0SetupProps } from './auth0-setup-props.ts';
export { AuthorizerAlarms, type AuthorizerAlarmsProps } from './authorizer-alarms.ts';
export { AuthorizerDashboard, type AuthorizerDashboardProps } from './authorizer-dashboard.ts';
export { AuthorizerFunction } from './authorizer-function.ts';
export type {
  AuthorizerFunctionProps,
  AuthorizerOptions,
  ResultsCacheKey,
} from './authorizer-function-props.ts';
export { BackendProxy, type BackendProxyProps } from './backend-proxy.ts';
export { type FunctionOptions, setFunctionOptions } from './function-options.ts';
export { GatewayResponses, type GatewayResponsesOptions, type GatewayResponsesProps } from './gateway-responses.ts';
export { IpRateRule, type IpRateRuleProps } from './ip-rate-rule.ts';
export type { AdditionalIssuer, AuthorizationServer } from './issuer-props.ts';
export { JwksEndpoint, type JwksEndpointProps } from './jwks-endpoint.ts';
export { KeyRotation, type KeyRotationProps } from './key-rotation.ts';
export type { PrincipalToken } from './principal-token.ts';
export { ResourceMetadata, type ResourceMetadataOptions, type ResourceMetadataProps } from './resource-metadata.ts';
export type { FlushedHttpStage, FlushedRestStage, FlushedStage, RevocationProps } from './revocation.ts';
export { Revocation } from './revocation.ts';
export { RotationAlarms, type RotationAlarmsProps } from './rotation-alarms.ts';
export type { RouteRequirement } from './route-requirements.ts';
export { SigningKey, type SigningKeyProps } from './signing-key.ts';
export type { TokenOptions } from './token-options.ts';
