/**
 * What is usually known at once. Every request passes a dozen such answers: to await those that are
 * no promises would cost it more than to find them.
 */
export type Awaitable<T> = T | Promise<T>;
