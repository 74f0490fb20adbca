/** What scopes mean, in the operator's words. */
import type { PageConfiguration } from './configuration.ts';
import { element, outside } from './dom.ts';

type Descriptions = PageConfiguration['scopeDescriptions'];

export function describeScope(scope: string, descriptions: Descriptions): string {
  return descriptions.get(scope) ?? scope;
}

/** The scopes of an app password as a list of short words. */
export function scopeList(scopes: readonly string[], descriptions: Descriptions, label: string): HTMLElement {
  const items = scopes.map((scope) => element('li', { title: scope }, outside(describeScope(scope, descriptions))));
  return element('ul', { class: 'chips', 'aria-label': label }, ...items);
}
