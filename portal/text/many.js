/** "1 person", "1,000 people": a number with its noun. */
export const many = (count, one, more) => `${count.toLocaleString("en")} ${count === 1 ? one : more}`;
