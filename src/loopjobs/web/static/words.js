// Says something somewhere. What stays as it is is left alone, so that it is not read out again.

export function say(place, text) {
  if (place.textContent !== text) place.textContent = text;
}
