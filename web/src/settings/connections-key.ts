/** Where the list of connections is kept. */
export const connectionsKey = ['connections'] as const;
