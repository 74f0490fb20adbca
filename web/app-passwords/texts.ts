/** Every text of the page. `{name}` stands for a value, which the page inserts as text. */

/** The language of the texts, and of dates and times. */
export const LOCALE = 'en';

export const TEXTS = {
  title: 'App passwords',
  noScript: 'This page needs JavaScript.',
  skip: 'Skip to the content',
  forApi: 'for {api}',
  signIn: 'Sign in',
  signInAgain: 'Sign in again',
  signOut: 'Sign out',
  retry: 'Try again',
  cancel: 'Cancel',
  dismiss: 'Dismiss',

  loading: 'Loading your app passwords …',
  signingOut: 'Signing out …',
  offline: 'You are offline. What you see may be out of date.',

  signedOutTitle: 'Passwords for your scripts and devices',
  signedOutText:
    'An app password lets one script, device or older app use this API in your name. You never give away your own password.',
  benefits: [
    ['One for each app', 'Name it after the app that uses it, so that you can tell them apart.'],
    ['Only what the app needs', 'Choose what each app password may do, and when it expires.'],
    ['Delete it at any time', 'The app loses its access within seconds. Everything else keeps working.'],
  ],
  signedOutNow: 'You have signed out.',
  signInRefused: 'The sign-in was refused or cancelled.',
  signInFailed: 'The sign-in did not complete. Please try again.',

  intro: 'An app password lets one script, device or older app use this API in your name.',
  newPassword: 'New app password',
  count: '{count} of {maximum}',
  countLabel: '{count} of at most {maximum} app passwords',
  full: 'You have {maximum} app passwords. Delete one before you create another.',
  nothingToGrant: 'Your account has no permissions that an app password could have. Ask the people who run this API.',
  emptyTitle: 'No app passwords yet',
  emptyText: 'Create one for each script, device or app that should use this API in your name.',
  created: 'Created',
  lastUsed: 'Last used',
  expires: 'Expires',
  never: 'Never',
  justNow: 'just now',
  soon: 'in less than a minute',
  expired: 'Expired',
  delete: 'Delete',
  deleteLabel: 'Delete {label}',
  stopping: 'Deleted. Waiting until it has stopped working everywhere …',
  stopped: 'This password has stopped working.',
  stoppingLabel: '{label} is deleted. Waiting until it has stopped working everywhere.',
  stoppedLabel: '{label}: This password has stopped working.',
  stoppedUnknown: 'Deleted. We could not confirm yet that it has stopped working everywhere.',

  createTitle: 'New app password',
  label: 'Name',
  labelHelp: 'The app or device that will use it, such as “Backup script”.',
  labelMissing: 'Enter a name.',
  labelTooLong: 'Use at most 100 characters.',
  scopes: 'What it may do',
  scopesMissing: 'Choose at least one.',
  expiry: 'Expires',
  expiryHelp: 'It stops working then. You can delete it earlier.',
  expiryChoices: [
    [7, 'in 7 days'],
    [30, 'in 30 days'],
    [90, 'in 90 days'],
    [180, 'in 180 days'],
    [365, 'in one year'],
    [0, 'never'],
  ],
  neverExpires: 'It works until you delete it. Choose a date if you can.',
  create: 'Create app password',
  creating: 'Creating …',

  valueTitle: 'Your new app password',
  valueWarning: 'Copy it now. You cannot see it again.',
  valueName: 'For “{label}”',
  valueLabel: 'App password for {label}',
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'The browser does not allow copying. Select the text and copy it yourself.',
  tryIt: 'Try it',
  tryItHelp: 'Paste this line into a terminal:',
  copyLine: 'Copy the line',
  basicHelp: 'If an app asks for a user name and a password, enter your user name and this app password.',
  done: 'Done',
  notCopiedTitle: 'You have not copied it yet',
  notCopiedText: 'If you close this now, you cannot see the app password again.',
  back: 'Go back',
  closeAnyway: 'Close anyway',

  deleteTitle: 'Delete {label}?',
  deleteText: 'Apps that use it lose their access within seconds. You cannot undo this.',
  deleting: 'Deleting …',
} as const;

/** What the page says about a problem, and what the user can do. The keys are codes of the API that the page can cause, and codes of the page itself. Any other code is shown as `unexpected`. */
export const PROBLEMS: Readonly<Record<string, { readonly title: string; readonly help: string }>> = {
  credential_not_allowed: {
    title: 'This sign-in cannot manage app passwords',
    help: 'Sign out, and sign in here with your own account.',
  },
  client_not_allowed: {
    title: 'This page may not manage app passwords',
    help: 'Ask the people who run this API to add the page to the allowed clients.',
  },
  scope_missing: {
    title: 'Your account may not manage app passwords',
    help: 'Ask the people who run this API for the right to manage app passwords.',
  },
  login_too_old: {
    title: 'Please sign in again',
    help: 'Your last sign-in was a while ago. To keep your account safe, sign in again.',
  },
  session_ended: {
    title: 'Your session has ended',
    help: 'Sign in again to continue.',
  },
  label_invalid: {
    title: 'The name cannot be used',
    help: 'Use 1 to 100 characters. Invisible characters are not allowed.',
  },
  scopes_invalid: {
    title: 'These permissions cannot be given',
    help: 'Your own permissions may have changed. Load the page again, and choose again.',
  },
  expiry_invalid: {
    title: 'The expiry cannot be used',
    help: 'Choose another expiry.',
  },
  body_malformed: {
    title: 'The page sent something that the API does not understand',
    help: 'Load the page again. It may have been updated.',
  },
  too_many_app_passwords: {
    title: 'You have too many app passwords',
    help: 'Delete one that you no longer need, then try again.',
  },
  rate_limited: {
    title: 'Too many requests in a short time',
    help: 'Wait a little, then try again.',
  },
  tenant_throttled: {
    title: 'The sign-in service is busy',
    help: 'Wait a little, then try again.',
  },
  tenant_unavailable: {
    title: 'The sign-in service is not available',
    help: 'Nothing is wrong with your app passwords. Try again in a few minutes.',
  },
  tenant_refused: {
    title: 'The sign-in service refused the change',
    help: 'Try again. If that does not help, tell the people who run this API.',
  },
  state_unavailable: {
    title: 'The service is not available',
    help: 'Your last change may be incomplete. Look at the list before you try again in a few minutes.',
  },
  unavailable: {
    title: 'The service is not available',
    help: 'Nothing is wrong with your app passwords. Try again in a few minutes.',
  },
  unreachable: {
    title: 'The service cannot be reached',
    help: 'Check your connection, then try again.',
  },
  create_unknown: {
    title: 'Nobody knows whether the app password was created',
    help: 'Cancel to see the list as it is now. If the app password is there, delete it, because its value is lost. Then create another.',
  },
  page_broken: {
    title: 'The page could not start',
    help: 'Load the page again. If that does not help, tell the people who run this API.',
  },
  unexpected: {
    title: 'Something went wrong',
    help: 'Try again. If that does not help, tell the people who run this API.',
  },
};

export const RETRY_AFTER = 'Try again in {seconds} seconds.';
