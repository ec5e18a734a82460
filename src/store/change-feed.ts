/** What has changed, in order, for those who follow. */
// oxlint-disable-next-line typescript/no-empty-interface, typescript/no-empty-object-type -- about to be filled
export interface ChangeFeed {}
