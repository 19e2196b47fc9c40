/** Who decides, until people and roles exist: whoever reaches the service on this machine. */
export const localPrincipal = 'local user';
