/** The issuer and the audience of the observer's second authorizer. Nobody can reach the issuer. */

/** No host has a name that ends so (RFC 2606 section 2). */
export const NO_ISSUER = 'https://issuer-that-does-not-exist.invalid/';
export const OBSERVER_AUDIENCE = 'https://observer.example';
