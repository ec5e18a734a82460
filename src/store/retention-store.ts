/** What goes, and when. */
// oxlint-disable-next-line typescript/no-empty-interface, typescript/no-empty-object-type -- about to be filled
export interface RetentionStore {}
