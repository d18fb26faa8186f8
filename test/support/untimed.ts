/** Each line of the story begins with the time where it goes to no terminal: the lines without it. */
export function untimed(story: string): string {
  return story.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ /gm, '');
}
