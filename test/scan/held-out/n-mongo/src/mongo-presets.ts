// writes: none
import { MongoClient } from 'mongodb';

const client = new MongoClient(process.env.MONGODB_URI!);
const presets = client.db('studio').collection<{ _id: string; usage_count: number }>('presets');

export async function presetUsed(id: string) {
  await presets.updateOne({ _id: id }, { $inc: { usage_count: 1 } });
}
