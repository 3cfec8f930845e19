/** Caches of other libraries that the SDK uses for itself: they are not the agent's, so they are not observed. */
export const ownCaches = new WeakSet<object>()

/** How every key begins that the SDK keeps in a Redis; its backend counts for itself. */
export const OWN_KEYS = 'pitwall:'
