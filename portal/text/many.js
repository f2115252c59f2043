/** "1 person", "1,204 people". */
export const many = (count, one, more) => `${count.toLocaleString("en")} ${count === 1 ? one : more}`;
