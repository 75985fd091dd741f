/** Address of a stored picture; its id cannot be guessed, so that no token is needed. Undefined without an id. */
export function imageUrl(
  kind: 'profile' | 'event',
  imageId: string | null | undefined,
): string | undefined {
  return imageId ? `/images/${kind}/${encodeURIComponent(imageId)}` : undefined;
}
