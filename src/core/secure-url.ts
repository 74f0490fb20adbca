/** Which URLs secrets may be sent to: https, or http on this very machine. */

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Says whether a URL is https, or http to loopback, without a user and password in it. */
export function isSecureUrl({ protocol, hostname, username, password }: URL): boolean {
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK_HOST.test(hostname));
}
