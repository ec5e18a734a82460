/** Reports of syncs that run elsewhere, each taken once. */
// oxlint-disable-next-line typescript/no-empty-interface, typescript/no-empty-object-type -- about to be filled
export interface IngestStore {}
