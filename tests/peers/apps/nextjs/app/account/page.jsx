import { cookies } from "next/headers";
import { redirect } from "next/navigation";

const NAMES = { "alice-session": "Alice", "bob-session": "Bob" };

export default async function Account() {
  const session = (await cookies()).get("session")?.value;
  const name = NAMES[session];
  if (!name) redirect("/login");
  return <h1>Welcome, {name}</h1>;
}
