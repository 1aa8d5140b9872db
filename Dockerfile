# The image of the runs on Google Cloud; docs/deploy-gcp.md builds it, flows/cloud_run.py runs it.
FROM python:3.11-slim

# psutil, dbt and the locks of requirements.txt come as wheels: no compiler is needed.
ENV PIP_NO_CACHE_DIR=1 PYTHONUNBUFFERED=1 DO_NOT_TRACK=1 \
    DBT_SEND_ANONYMOUS_USAGE_STATS=false PREFECT_SERVER_ANALYTICS_ENABLED=false

WORKDIR /opt/esynapse
COPY requirements.txt ./
RUN pip install -r requirements.txt

COPY pyproject.toml requirements.in README.md prefect.yaml ./
COPY esynapse esynapse
COPY flows flows
COPY dashboard dashboard
COPY tableau tableau
COPY dbt dbt
COPY bigquery_ml bigquery_ml
COPY .streamlit .streamlit
RUN pip install --no-deps -e . && useradd --create-home --uid 1000 esynapse

USER esynapse
ENV ESYNAPSE_HOME=/home/esynapse/home
# An empty home: the bucket that is mounted at its shop would make it a folder of something else.
RUN python -c "from esynapse.home import open_home; from esynapse.settings import Settings; open_home(Settings().home)"
CMD ["esynapse", "--help"]
