// A link from elsewhere, as in a chat, brings no cookie along: the server cannot know whoever has a
// session. What this page asks for brings it.

export async function goOnIfKnown() {
  try {
    const answer = await fetch(location.href);
    if (answer.redirected) location.replace(answer.url);
  } catch {
    // Then there is the form.
  }
}
