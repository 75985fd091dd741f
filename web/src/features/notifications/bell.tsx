/** The header's place for in-app notices: the bell, its count and its list. Rendered for signed-in people only. */
export function NoticeBell() {
  return null;
}
