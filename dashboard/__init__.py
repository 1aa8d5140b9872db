"""The Streamlit dashboard over the published marts: ``streamlit run dashboard/app.py``."""
