/** The endpoints with which people log in and applications act for them. */
import type { Route } from '../parts.ts';
import { styleSheet, webMessageScript } from './assets.ts';
import { authorize } from './authorize.ts';
import { preflight } from './cors.ts';
import { showLoginForm, submitLoginForm } from './login-form.ts';
import { logout, oidcLogout } from './logout.ts';
import { revoke } from './revoke.ts';
import { userinfo } from './userinfo.ts';

export const loginRoutes: readonly Route[] = [
  { method: 'GET', path: '/authorize', handler: authorize },
  { method: 'GET', path: '/u/login', handler: showLoginForm },
  { method: 'POST', path: '/u/login', handler: submitLoginForm },
  { method: 'GET', path: '/u/style.css', handler: styleSheet },
  { method: 'GET', path: '/u/web-message.js', handler: webMessageScript },
  { method: 'GET', path: '/userinfo', handler: userinfo },
  { method: 'POST', path: '/userinfo', handler: userinfo },
  { method: 'POST', path: '/oauth/revoke', handler: revoke },
  { method: 'GET', path: '/v2/logout', handler: logout },
  { method: 'GET', path: '/oidc/logout', handler: oidcLogout },
  { method: 'OPTIONS', path: '/oauth/token', handler: preflight },
  { method: 'OPTIONS', path: '/oauth/revoke', handler: preflight },
  { method: 'OPTIONS', path: '/userinfo', handler: preflight },
];
