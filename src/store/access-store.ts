/** Tokens, sessions of browsers and the audit log. */
// oxlint-disable-next-line typescript/no-empty-interface, typescript/no-empty-object-type -- about to be filled
export interface AccessStore {}
