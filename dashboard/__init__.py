"""The Streamlit dashboard over the published marts: ``streamlit run dashboard/server.py``."""
