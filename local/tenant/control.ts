/**
 * Controls for people who try the tenant by hand; a real tenant has none of them. They work on loopback only and
 * reveal no secrets.
 *
 * `POST /__tenant/faults` adds one fault, such as
 * `{"kind":"status","status":503,"path":"/oauth/introspect","times":2}`. `DELETE /__tenant/faults` removes all faults.
 * `GET /__tenant/requests` lists the requests so far.
 */
import { type Faults, parseFault } from './faults.ts';
import type { Exchange, Reply } from './http.ts';
import { type RequestLog, redact } from './request-log.ts';

const PREFIX = '/__tenant/';

export function isControl(path: string): boolean {
  return path.startsWith(PREFIX);
}

export function control({ method, path, body }: Exchange, faults: Faults, log: RequestLog): Reply {
  switch (`${method} ${path.slice(PREFIX.length)}`) {
    case 'POST faults': {
      const fault = body && parseFault(body);
      if (!fault) return { status: 400, body: { error: 'This is not a valid fault; see local/tenant/faults.ts.' } };
      faults.add(fault);
      return { status: 201, body: fault };
    }
    case 'DELETE faults':
      faults.clear();
      return { status: 204 };
    case 'GET requests':
      return { status: 200, body: log.entries.map(redact) };
    default:
      return { status: 404, body: { error: 'Not Found' } };
  }
}
