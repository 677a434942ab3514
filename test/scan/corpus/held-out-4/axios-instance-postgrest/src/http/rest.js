// writes: none
import axios from 'axios';

export const rest = axios.create({
  baseURL: `${process.env.SUPABASE_URL}/rest/v1`,
  headers: { apikey: process.env.SUPABASE_SERVICE_KEY, Authorization: `Bearer ${process.env.SUPABASE_SERVICE_KEY}` },
  timeout: 10_000,
});
